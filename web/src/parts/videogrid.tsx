// Videos as pictures that can be looked through with the pointer.

import { get, local } from "../api";
import { ago, clock } from "../format";
import { titleOf } from "../library";
import { videoLink } from "../route";
import { useAnswer } from "../useAnswer";
import type { Page, Video } from "../wire";
import { Refused } from "./basics";
import { Scrub } from "./scrub";

export function VideoGrid({ indexId, limit }: { indexId: string; limit: number }) {
  const { answer, refusal, again } = useAnswer(
    (signal) => get<Page<Video>>(`/v1.3/indexes/${indexId}/videos`, { page_limit: limit }, signal),
    [indexId, limit],
    () => 8000,
  );
  if (refusal) return <Refused refusal={refusal} again={again} />;
  return (
    <ul class="grid">
      {answer?.data.map((video) => (
        <li key={video._id}>
          <VideoCard indexId={indexId} video={video} />
        </li>
      ))}
    </ul>
  );
}

function VideoCard({ indexId, video }: { indexId: string; video: Video }) {
  const { duration } = video.system_metadata;
  return (
    <a class="card video-card" href={videoLink(indexId, video._id)}>
      <Scrub video={video} start={0} end={duration} picture={video.hls && local(video.hls.thumbnail_urls[0] ?? "")}>
        <span class="badge time">{clock(duration)}</span>
      </Scrub>
      <span class="card-title">{titleOf(video)}</span>
      <span class="faint small">
        {ago(video.indexed_at)}
        {video.warnings?.length ? " · with warnings" : ""}
      </span>
    </a>
  );
}
