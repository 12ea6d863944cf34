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
  private hasStarted = false;
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
    this.hasStarted = false;
    this.stopRewinding();
    cancelAnimationFrame(this.following);
    if (!video) return;
    const follow = () => {
      this.tell();
      // Each event comes here: without this every one of them would begin a chain of frames of its own.
      cancelAnimationFrame(this.following);
      if (this.video === video && !video.paused && !video.ended) this.following = requestAnimationFrame(follow);
    };
    for (const name of ["play", "pause", "seeking", "seeked", "timeupdate", "ratechange", "loadedmetadata"])
      video.addEventListener(name, follow);
  }

  /** The first picture is there: go where somebody wants to be by now. */
  start(otherwise_s: number): void {
    this.hasStarted = true;
    this.seek(this.wanted_s ?? otherwise_s);
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
    if (this.video && this.hasStarted) {
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

/** Up to here a file is played as it lies there, by byte ranges; beyond, seeking wants a playlist. */
const DIRECT_BYTES = 300e6;

/**
 * Gives a player its stream; returns what takes it away.
 *
 * Browsers that read HLS themselves place segments by their earliest sound, some frames off the pictures. So
 * the file itself is played where it is small enough, long ones by hls.js, and HLS natively where nothing
 * else goes.
 */
export async function load(video: HTMLVideoElement, playlist: string, size_bytes: number): Promise<() => void> {
  const source = local(playlist);
  const stream = size_bytes > DIRECT_BYTES ? null : await streamOf(source);
  if (stream === null) return loadPlaylist(video, source);
  let undo = () => video.removeAttribute("src");
  const otherwise = () => void loadPlaylist(video, source).then((found) => (undo = found));
  video.addEventListener("error", otherwise, { once: true });
  video.src = stream;
  return () => {
    video.removeEventListener("error", otherwise);
    undo();
  };
}

/** The one file that all segments of a playlist lie in. */
async function streamOf(playlist: string): Promise<string | null> {
  const answer = await fetch(playlist);
  if (!answer.ok) return null;
  const line = (await answer.text()).split("\n").find((each) => each !== "" && !each.startsWith("#"));
  return line ? new URL(line, new URL(playlist, location.href)).href : null;
}

async function loadPlaylist(video: HTMLVideoElement, source: string): Promise<() => void> {
  const { default: Hls } = await import("hls.js/light");
  if (!Hls.isSupported()) {
    video.src = source;
    return () => video.removeAttribute("src");
  }
  const player = new Hls({ enableWorker: false, startPosition: 0 });
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
