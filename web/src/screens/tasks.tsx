// Tasks: everything that was asked for, with what was done for it.

import { useState } from "preact/hooks";
import { Choice, CopyAs, Empty, Refused, useTitle } from "../parts/basics";
import { Strip } from "../parts/strip";
import { counted } from "../format";
import { go, screenLink } from "../route";
import { useTasks } from "../tasklist";
import { Pages } from "./library";

const STATUSES = [
  ["", "All"],
  ["uploading,validating,pending,queued,indexing", "On the way"],
  ["ready", "Ready"],
  ["failed", "Failed"],
] as const;

export function TasksScreen({ params }: { params: URLSearchParams }) {
  useTitle("Tasks");
  const [page, setPage] = useState(1);
  const status = STATUSES.map(([value]) => value).find((value) => value === params.get("status")) ?? "";
  const query = { page, page_limit: 20, status: status || undefined };
  const { answer, refusal, again } = useTasks(query);
  return (
    <>
      <div class="section-head">
        <h1>Tasks</h1>
        {answer && <span class="faint">{counted(answer.page_info.total_results, "task")}</span>}
        <span class="spring" />
        <Choice
          label="Status"
          of={STATUSES}
          value={status}
          onChange={(value) => {
            setPage(1);
            go(screenLink("tasks", { status: value || undefined }));
          }}
        />
        <CopyAs asked={{ method: "GET", path: "/v1.3/tasks", query }} />
      </div>
      {refusal && <Refused refusal={refusal} again={again} />}
      {answer && !answer.data.length && <Empty title={status ? "None of these" : "No tasks yet"} />}
      {answer?.data.map((task) => <Strip key={task._id} task={task} onChange={again} />)}
      <Pages page={page} of={answer?.page_info.total_page ?? 1} onPage={setPage} />
    </>
  );
}
