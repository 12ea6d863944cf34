"""``kinodex models``: which models are here, and how to bring more."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from kinodex.cli.failures import CommandFailed, Status
from kinodex.cli.options import AsJson, DataDir, settings_with
from kinodex.cli.output import err, out, print_json, print_table

app = typer.Typer(no_args_is_help=True, help="Models beside those that come with the installation.")

Name = Annotated[str, typer.Argument(help="Name of the model, as 'kinodex models ls' shows it.")]


@app.command("ls")
def ls(context: typer.Context, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """List the models that are here and those that can be brought."""
    from kinodex import bootstrap  # noqa: PLC0415  a second of imports that other commands do without

    settings = settings_with(context, data_dir=data_dir)
    here = {model.name: model for model in bootstrap.installed_models(settings).all()}
    known = {model.name: model for model in bootstrap.known_models()}
    listed: list[dict[str, Any]] = [
        {
            "name": name,
            "installed": name in here,
            "in_use": name == settings.visual_model,
            "size_mb": round(here[name].size_bytes / 1e6) if name in here else known[name].size_mb,
            "precision": (here.get(name) or known[name]).precision,
            "licence": known[name].licence if name in known else None,
            "languages": list(known[name].languages) if name in known else None,
            "source": here[name].source if name in here else f"hub:{known[name].repository}",
        }
        for name in sorted({*here, *known})
    ]
    if as_json:
        print_json(listed)
        return
    print_table(
        ("name", "here", "in use", "MB", "licence", "languages", "from"),
        [
            (
                model["name"],
                "yes" if model["installed"] else "no",
                "yes" if model["in_use"] else "no",
                model["size_mb"],
                model["licence"] or "-",
                ", ".join(model["languages"] or ["-"]),
                model["source"],
            )
            for model in listed
        ],
    )


@app.command("pull")
def pull(
    context: typer.Context,
    name: Name,
    folder: Annotated[
        Path | None,
        typer.Option("--from", help="Take it from this folder instead of the hub; then any name is free."),
    ] = None,
    precision: Annotated[
        str | None, typer.Option(help="With --from, which graphs: fp32, fp16 or int8; fp32 if not given.")
    ] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Bring a model, check every file, let it compute once, and keep it for offline use."""
    from kinodex import bootstrap  # noqa: PLC0415  a second of imports that other commands do without

    if folder is None and precision is not None:
        raise CommandFailed(Status.USAGE, "--precision goes with --from; of the hub's models it is known.")
    if precision not in {None, *bootstrap.PRECISIONS}:
        raise CommandFailed(Status.USAGE, f"--precision is one of {', '.join(bootstrap.PRECISIONS)}.")
    models = bootstrap.installed_models(settings_with(context, data_dir=data_dir))
    bring: Callable[[Path], str]
    if folder is None:
        chosen = bootstrap.known_model(name)
        bring, precision = bootstrap.bring_from_hub(chosen, told=_tell), chosen.precision
    else:
        bring = bootstrap.copy_from(folder, name=name)
    installed = models.install(name, precision or "fp32", bring)
    if as_json:
        print_json({"name": name, "size_bytes": installed.size_bytes, "source": installed.source})
    else:
        out.print(f"{name} is here ({installed.size_bytes / 1e6:.1f} MB).", markup=False)
        out.print(f"To use it: KINODEX_VISUAL_MODEL={name} kinodex serve", markup=False)


@app.command("verify")
def verify(
    context: typer.Context,
    name: Annotated[
        str | None, typer.Argument(help="Name of a model; all that are here if not given.")
    ] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Read every file of a model, compare it with its digest, and let the model compute."""
    from kinodex import bootstrap  # noqa: PLC0415  a second of imports that other commands do without

    settings = settings_with(context, data_dir=data_dir)
    models = bootstrap.installed_models(settings)
    found = {each: models.verify(each) for each in ([name] if name else [m.name for m in models.all()])}
    if name is None:
        found["offline profile"] = bootstrap.verify_offline_profile(settings)
    if as_json:
        print_json({each: list(wrong) for each, wrong in found.items()})
    else:
        print_table(("model", "result"), [(each, "; ".join(wrong) or "ok") for each, wrong in found.items()])
    if any(found.values()):
        raise CommandFailed(Status.INCONSISTENT, "A model is not as it was installed; see above.")


@app.command("rm")
def rm(context: typer.Context, name: Name, data_dir: DataDir = None) -> None:
    """Remove a model from this machine; vectors made by it stay, and cannot be searched by words then."""
    from kinodex import bootstrap  # noqa: PLC0415  a second of imports that other commands do without

    settings = settings_with(context, data_dir=data_dir)
    freed_bytes = bootstrap.installed_models(settings).remove(name)
    out.print(f"{name} is removed; {freed_bytes / 1e6:.1f} MB are free.", markup=False)


def _tell(file: str, size_bytes: int) -> None:
    err.print(f"{file}: {size_bytes / 1e6:.1f} MB, checked", markup=False)
