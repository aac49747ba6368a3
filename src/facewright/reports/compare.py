"""A comparison of models as a page: what each reached, curves laid over each other, where they disagree."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from markupsafe import Markup

from facewright.reports.compared import Compared, fact_rows, recipe_rows, term_rows
from facewright.reports.comparison import Comparison, Disagreement, timing_rows
from facewright.reports.curves_overlaid import drawn
from facewright.reports.html import picture_uri, render
from facewright.reports.run_curves import curves_figure, loss_figure, validation_figures
from facewright.reports.verdicts import LEGEND


def comparison_page(found: Comparison) -> str:
    """The page as HTML. Reads the pictures shown; raises PictureError when one cannot be read any more."""
    judged = found.judgement
    return render(
        "compare",
        title=found.title,
        names=found.names,
        data=found.data,
        summary=judged.summary,
        headline=[_headline(found, i) for i in range(len(found.names))],
        sections=judged.sections,
        timings=timing_rows(found),
        machine=", ".join(f"{what} {which}" for what, which in found.machine.items()),
        facts=fact_rows(found.models),
        terms=term_rows(found.models),
        recipes=recipe_rows(found.models),
        plots=judged.plots(),
        curves=run_plots(found.models),
        disagreements=[_shown(found.names, one) for one in judged.disagreements],
        ranked_by=judged.ranked_by,
        legend={name: f"rgb{colour}" for name, colour in LEGEND.items()} if judged.boxes else {},
        warnings=found.warnings,
        problems=[str(problem) for problem in judged.problems],
        protocol=found.rules,
    )


def run_plots(models: Sequence[Compared]) -> list[Markup]:
    """Loss and the first validation figure that all runs have, of the models given as runs."""
    runs = {one.name: one.run for one in models if one.run is not None}
    known = {name: figures for name, run in runs.items() if (figures := validation_figures(run))}
    kept = {name: run for name, run in runs.items() if name in known}
    if not kept:
        return []
    first, *others = known.values()
    shared = [name for name in first if all(name in other for other in others)]
    validation = [partial(curves_figure, kept, name) for name in shared[:1]]
    return drawn(partial(loss_figure, kept), *validation)


def _headline(found: Comparison, i: int) -> dict[str, str]:
    """The chief figure of a model, for the top of the page."""
    chief = found.judgement.sections[0].measures[0]
    told = f"{chief.gap_text(i)} {chief.verdict(i) or 'may be chance'}" if chief.differences[i] else ""
    return {
        "name": found.names[i],
        "figure": chief.name,
        "value": chief.text(i),
        "told": told or "the one compared with",
        "verdict": chief.verdict(i),
    }


def _shown(names: Sequence[str], one: Disagreement) -> dict[str, Any]:
    pictures = one.pictures()
    uris = [picture_uri(picture) for picture in pictures]
    said = [f"{name}: {words}" for name, words in zip(names, one.said, strict=True)]
    if len(uris) == len(names):
        tiles = list(zip(uris, said, strict=True))
    else:
        tiles = [(uri, "") for uri in uris]
    return {"name": one.name, "measure": f"{one.measure:.3g}", "tiles": tiles, "said": said}
