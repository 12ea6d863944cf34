// The way out of a failure, by its stable code: what a person can do now.

const WAYS: readonly (readonly [RegExp, string])[] = [
  [/^fetch_http_status$/, "Open the address in a private window: what asks for a sign-in there needs a link of its own."],
  [/^fetch_(dns|connection|timeout|too_slow|incomplete|interrupted)$/, "Often this passes: try again, it goes on where it stopped. Or drop the file here."],
  [/^fetch_rate_limited$/, "The host wants a pause: try again later, or drop the file here."],
  [/^fetch_tls$/, "The host's certificate is not good; use another address, or drop the file here."],
  [/^fetch_(too_many_redirects|bad_response|unsupported_encoding|proxy)$/, "Use the direct address of the file, or drop the file here."],
  [/^url_address_not_allowed$/, "Hosts inside the network must be allowed by KINODEX_FETCH_ALLOW at the server."],
  [/^url_bucket_not_allowed$/, "The bucket must be listed in KINODEX_FETCH_S3_BUCKETS at the server."],
  [/^url_/, "Use a plain http or https address of the file itself."],
  [/^(unsupported_file_type|file_empty|video_file_broken)/, "Check that the address leads to the file and not to a page around it."],
  [/^video_decoder_lost$/, "Re-encode the file, for instance with ffmpeg, and give that."],
  [/^video_(resolution|duration)/, "Re-encode or cut the file to fit, and give that."],
  [/^video_audio_track/, "Use an index that does not look at speech."],
  [/^storage_full$/, "Free space at the server, then try again."],
  [/^task_canceled$/, "Try again whenever you like."],
];

export function wayOut(code: string): string | undefined {
  return WAYS.find(([pattern]) => pattern.test(code))?.[1];
}
