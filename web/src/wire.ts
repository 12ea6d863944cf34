// What the API answers, as far as the page looks at it.

export interface Page<Item> {
  data: Item[];
  page_info: { page: number; limit_per_page: number; total_page: number; total_results: number };
}

export interface Index {
  _id: string;
  index_name: string;
  created_at: string;
  video_count: number;
  total_duration: number;
  models: { model_name: string; model_options: string[] }[];
}

export interface Task {
  _id: string;
  index_id: string;
  video_id: string;
  status: "uploading" | "validating" | "pending" | "queued" | "indexing" | "ready" | "failed";
  created_at: string;
  updated_at: string;
  system_metadata: { filename?: string; duration?: number; width?: number; height?: number };
  process?: { percentage: number; remain_seconds: number };
  progress?: number;
  step?: string;
  attempt?: number;
  queue_reason?: string;
  bytes_per_s?: number;
  error?: { code: string; message: string };
  warnings?: string[];
}

export interface Step {
  step: string;
  attempts: number;
  seconds: number | null;
  note?: string;
}

export interface Hls {
  video_url: string;
  thumbnail_urls: string[];
  storyboard_url: string;
}

export interface Video {
  _id: string;
  created_at: string;
  indexed_at: string;
  system_metadata: {
    filename: string;
    duration: number;
    fps: number;
    width: number;
    height: number;
    size: number;
    video_title?: string;
  };
  user_metadata?: Record<string, unknown>;
  warnings?: string[];
  hls?: Hls;
}

export interface Line {
  start: number;
  end: number;
  value: string;
}

export interface Span {
  start: number;
  end: number;
}

export type Modality = "visual" | "speech" | "screen_text";

export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

export interface Evidence {
  modality: Modality;
  how: string;
  probability: number;
  start: number;
  end: number;
  text: string | null;
  matched_words: string[];
  box: Box | null;
  engine: string;
  similarity: number | null;
}

export interface Moment {
  start: number;
  end: number;
  video_id: string;
  /** Told where several indexes were looked through. */
  index_id?: string;
  score: number;
  confidence: "high" | "medium" | "low" | "none";
  thumbnail_url: string;
  explain: Evidence[];
  /** What of a query with several parts matched, where. */
  parts?: { query: string | null; start: number; end: number; probability: number; left_out: boolean }[];
}

export interface SearchAnswer {
  data: Moment[];
  page_info: { total_results: number; next_page_token?: string };
  search_pool: { index_id: string; total_count: number; total_duration: number };
  no_confident_match: boolean;
  notes: string[];
}

export interface Capabilities {
  profile: string;
  engines: { role: string; engine: string; ready: boolean; reason?: string }[];
  search_options: Record<
    string,
    {
      engine: string;
      finds: string;
      languages?: string[];
      scripts?: string[];
      does_not_find?: string[];
      calibration?: string;
    }
  >;
  degraded: string[];
}

export interface ApiKey {
  _id: string;
  name: string;
  scopes: string[];
  created_at: string;
  revoked_at: string | null;
  expires_at: string | null;
  index_ids: string[] | null;
  requests_per_minute: number | null;
}

export interface Webhook {
  _id: string;
  url: string;
  events: string[];
  description: string;
  enabled: boolean;
  disabled_reason: string | null;
  failing_since: string | null;
  created_at: string;
  secret?: string;
}

export interface Delivery {
  _id: string;
  event_id: string;
  type: string;
  status: string;
  attempts: number;
  created_at: string;
  next_attempt_at: string | null;
  last_attempt_at: string | null;
  last_http_status: number | null;
  last_error: { code: string | null; message: string | null } | null;
}
