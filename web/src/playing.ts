// The time of a video, and what moves it: playing, seeking, stepping, shuttling.

import { useEffect, useState } from "preact/hooks";
import { local } from "./api";
import { say } from "./parts/say";

const FASTEST = 8;
const REWIND_MS = 80;

/** Half a frame further than a frame's first instant: a seek to the very edge may show the one before. */
const INTO_FRAME = 0.5;

export class Playing {
  video: HTMLVideoElement | null = null;
  /** Where to go once there is a picture; asked for before the video was there. */
  wanted_s: number | null = null;
  private still_s = 0;
  private speed = 0;
  private rewinding = 0;
  private following = 0;
  private readonly listeners = new Set<(at_s: number) => void>();

  constructor(
    readonly duration_s: number,
    readonly fps: number,
  ) {}

  get at_s(): number {
    if (!this.video || this.wanted_s !== null) return this.still_s;
    return this.video.currentTime;
  }

  get isPlaying(): boolean {
    return !!this.video && !this.video.paused;
  }

  attach(video: HTMLVideoElement | null): void {
    this.video = video;
    cancelAnimationFrame(this.following);
    if (!video) return;
    const follow = () => {
      this.tell();
      if (!video.paused) this.following = requestAnimationFrame(follow);
    };
    for (const name of ["play", "pause", "seeking", "seeked", "timeupdate", "ratechange", "loadedmetadata"])
      video.addEventListener(name, follow);
  }

  subscribe(listener: (at_s: number) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private tell(): void {
    for (const listener of this.listeners) listener(this.at_s);
  }

  /** Shows the frame of an instant. */
  seek(at_s: number): void {
    const last = Math.max(0, this.duration_s - INTO_FRAME / this.fps);
    const frame = Math.floor(Math.min(Math.max(0, at_s), last) * this.fps + 1e-3);
    const wanted = Math.min((frame + INTO_FRAME) / this.fps, last);
    if (this.video && this.video.readyState > 0) {
      this.video.currentTime = wanted;
      this.wanted_s = null;
    } else this.wanted_s = wanted;
    this.still_s = wanted;
    this.tell();
  }

  step(frames: number): void {
    this.pause();
    this.seek(this.at_s + frames / this.fps);
  }

  async play(): Promise<void> {
    this.stopRewinding();
    if (!this.video) return;
    try {
      await this.video.play();
    } catch (error) {
      if ((error as Error).name !== "AbortError") say(`The browser does not play this: ${(error as Error).message}`, true);
    }
  }

  pause(): void {
    this.stopRewinding();
    this.speed = 0;
    if (!this.video) return;
    this.video.pause();
    this.video.playbackRate = 1;
  }

  toggle(): void {
    if (this.isPlaying || this.rewinding) this.pause();
    else void this.play();
  }

  /** One press plays that way, each further one twice as fast. */
  shuttle(way: 1 | -1): void {
    const isSameWay = Math.sign(this.speed || (this.isPlaying ? 1 : 0)) === way;
    const pace = Math.abs(this.speed || (this.isPlaying ? 1 : 0));
    const next = isSameWay ? Math.min(FASTEST, pace * 2) * way : way;
    if (!this.video) return this.seek(this.at_s + way);
    this.stopRewinding();
    this.speed = next;
    if (next > 0) {
      this.video.playbackRate = next;
      void this.play();
    } else {
      this.video.pause();
      this.rewinding = window.setInterval(() => {
        this.seek(this.at_s + (this.speed * REWIND_MS) / 1000);
        if (this.at_s < 1 / this.fps) this.pause();
      }, REWIND_MS);
    }
    this.tell();
  }

  setRate(rate: number): void {
    if (this.video) this.video.playbackRate = rate;
  }

  private stopRewinding(): void {
    clearInterval(this.rewinding);
    this.rewinding = 0;
  }
}

/** The time, for parts that show it; most look at it through `pick`, so that they change seldom. */
export function useTime<Seen>(playing: Playing, pick: (at_s: number) => Seen): Seen {
  const [seen, setSeen] = useState(() => pick(playing.at_s));
  useEffect(() => {
    setSeen(() => pick(playing.at_s));
    return playing.subscribe((at_s) => setSeen(() => pick(at_s)));
  }, [playing, pick]);
  return seen;
}

/** Gives a player its stream: by the browser itself where it reads HLS, else by hls.js, loaded then. */
export async function load(video: HTMLVideoElement, playlist: string): Promise<() => void> {
  const source = local(playlist);
  if (video.canPlayType("application/vnd.apple.mpegurl")) {
    video.src = source;
    return () => video.removeAttribute("src");
  }
  const { default: Hls } = await import("hls.js/light");
  if (!Hls.isSupported()) {
    say("This browser can play neither HLS nor media sources.", true);
    return () => undefined;
  }
  const player = new Hls({ enableWorker: false });
  player.loadSource(source);
  player.attachMedia(video);
  player.on(Hls.Events.ERROR, (_, problem) => {
    if (problem.fatal) say(`The stream cannot be played: ${problem.details}.`, true);
  });
  return () => player.destroy();
}

/** The frame in sight, as a picture to search by. */
export async function pictureOf(video: HTMLVideoElement): Promise<File | null> {
  const canvas = document.createElement("canvas");
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext("2d")?.drawImage(video, 0, 0);
  const content = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.92));
  return content && new File([content], `frame-${video.currentTime.toFixed(2)}.jpg`, { type: "image/jpeg" });
}
