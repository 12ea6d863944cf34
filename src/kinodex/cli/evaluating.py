"""``kinodex eval``: how well a server finds what it should."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from kinodex.cli.asking import Asker, made_pass, names_of_videos
from kinodex.cli.client import Client, connect
from kinodex.cli.failures import CommandFailed, Status
from kinodex.cli.options import AsJson, DataDir, Host, Port
from kinodex.cli.output import err, out, print_json, print_table
from kinodex.cli.searching import find_index
from kinodex.domain.clock import now
from kinodex.evaluation import report as reports
from kinodex.evaluation.comparison import compare as compare_runs
from kinodex.evaluation.generated.making import FILMS, QUERIES_FILE, SEED, VIDEOS_FOLDER, make_set
from kinodex.evaluation.judged import JudgedQuery, QueriesUnreadable, read_queries
from kinodex.evaluation.metrics import METRICS
from kinodex.evaluation.runs import ALL_OPTIONS, Pass, Run, RunUnreadable, read_run, write_run

app = typer.Typer(no_args_is_help=True, help="How well search finds what it should.")

AsMarkdown = Annotated[bool, typer.Option("--markdown", help="Print Markdown instead of tables.")]


@app.command("make")
def make(
    folder: Annotated[Path, typer.Argument(help="Where to; made if it is not there.")],
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same set.")] = SEED,
) -> None:
    """Make videos and queries whose answers are known exactly."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    try:
        with Progress(*columns, console=err, transient=True) as bars:
            for _ in bars.track(make_set(folder, seed=seed), total=FILMS, description="videos"):
                pass
    except OSError as error:
        raise CommandFailed(Status.USAGE, f"{folder} cannot be written: {error.strerror}.") from error
    out.print(f"kinodex index add {folder / VIDEOS_FOLDER} --index eval --wait", markup=False)
    out.print(
        f"kinodex eval run {folder / QUERIES_FILE} --index eval --each-option -o run.json", markup=False
    )


@app.command("run")
def run(
    context: typer.Context,
    queries: Annotated[Path, typer.Argument(help="Judged queries, one JSON object a line.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="File of the run; replaced.")],
    index: Annotated[str | None, typer.Option(help="Name or id of the index.")] = None,
    name: Annotated[str | None, typer.Option(help="What to call this run; else as its file.")] = None,
    each_option: Annotated[
        bool, typer.Option("--each-option", help="Ask with each option alone, too.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, max=50, help="Moments asked for.")] = 50,
    host: Host = None,
    port: Port = None,
    data_dir: DataDir = None,
) -> None:
    """Put judged queries to a server and keep what it answers."""
    try:
        judged, digest = read_queries(queries)
    except QueriesUnreadable as error:
        raise CommandFailed(Status.USAGE, str(error)) from error
    with connect(context, host=host, port=port, data_dir=data_dir) as client:
        found = find_index(client, index)
        videos = list(client.pages(f"/v1.1/indexes/{found['_id']}/videos"))
        asker = Asker(client, found, names_of_videos(videos, judged), queries.parent, limit)
        passes = _ask(asker, judged, each_option=each_option)
        made = Run(
            name=name or output.stem,
            made_at=now().isoformat(timespec="seconds"),
            server=client.base_url,
            index=found["_id"],
            videos=len(videos),
            engines=_engines(client),
            queries_sha256=digest,
            limit=limit,
            queries=tuple(judged),
            passes=tuple(passes),
        )
    _write(made, output)
    err.print(f"{sum(len(each.answers) for each in passes)} answers are in {output}.", markup=False)


@app.command("report")
def report(
    run_file: Annotated[Path, typer.Argument(metavar="RUN", help="File of a run.")],
    markdown: AsMarkdown = False,
    as_json: AsJson = False,
) -> None:
    """Say how good the answers of a run are."""
    made = _read(run_file)
    if not any(query.is_answerable for query in made.queries):
        raise CommandFailed(Status.USAGE, f"None of the queries of {run_file} has an answer.")
    if as_json:
        print_json(reports.as_json(made))
    elif markdown:
        typer.echo(reports.markdown(made), nl=False)
    else:
        print_table(*reports.by_kind(made))
        if len(made.passes) > 1:
            out.print("\nnDCG@10 of each option alone and of all together")
            print_table(*reports.by_pass(made))
        out.print("\nAnswers that trust nothing (no_confident_match)")
        print_table(*reports.by_refusal(made))


@app.command("compare")
def compare(
    first: Annotated[Path, typer.Argument(help="File of a run.")],
    second: Annotated[Path, typer.Argument(help="File of another run of the same queries.")],
    metric: Annotated[str, typer.Option(help=f"Orders the queries: {', '.join(METRICS)}.")] = "ndcg@10",
    way: Annotated[
        str, typer.Option("--option", help="Compare the answers with this option alone.")
    ] = ALL_OPTIONS,
    most: Annotated[int, typer.Option(min=0, help="Show so many losses, and so many gains.")] = 10,
    markdown: AsMarkdown = False,
    as_json: AsJson = False,
) -> None:
    """Say what one configuration finds and another does not, query by query."""
    if metric not in METRICS:
        raise CommandFailed(Status.USAGE, f"There is no metric {metric}; there are {', '.join(METRICS)}.")
    try:
        found = compare_runs(_read(first), _read(second), metric=metric, name=way)
    except RunUnreadable as error:
        raise CommandFailed(Status.USAGE, str(error)) from error
    if as_json:
        print_json(reports.comparison_json(found))
        return
    tables = [reports.by_difference(found), reports.by_change(found, most=most)]
    if markdown:
        typer.echo("\n\n".join(reports.as_markdown(table) for table in tables))
        return
    print_table(*tables[0])
    out.print(f"\n{len(found.changes)} queries differ by {metric}")
    print_table(*tables[1])


def _ask(asker: Asker, queries: Sequence[JudgedQuery], *, each_option: bool) -> list[Pass]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    passes = []
    with Progress(*columns, console=err, transient=True) as bars:
        for name, count in asker.passes(queries, each_option=each_option):
            bar, answers = bars.add_task(name, total=count), []
            for answer in asker.ask_all(queries, name):
                answers.append(answer)
                bars.advance(bar)
            passes.append(made_pass(name, answers))
    return passes


def _engines(client: Client) -> dict[str, str]:
    return {each["role"]: each["engine"] for each in client.get("/v1.3/capabilities")["engines"]}


def _write(made: Run, path: Path) -> None:
    try:
        write_run(made, path)
    except OSError as error:
        raise CommandFailed(Status.USAGE, f"{path} cannot be written: {error.strerror}.") from error


def _read(path: Path) -> Run:
    try:
        return read_run(path)
    except RunUnreadable as error:
        raise CommandFailed(Status.USAGE, str(error)) from error
