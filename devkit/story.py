"""The demo's story: which mails arrive and what people do in between.

`story.json` is an object with `logins` (objects with login, password, name, role) and
`steps`, in order; a step is one of
    {"mail": "01_x.eml"}: a mail arrives
or says what is done about a mail that has arrived: the first key is the kind, its value
the mail; `by` is the login of who does it, `as` the role of a handoff. Kinds that need
explaining:
    refused: an answer that a lock of the dispute refuses
    break: the dispute is paused, and a call planned for the user `caller`
    sum: a sum of the dispute is noted (kind: claimed_by_them unless said)
    agreement: the agreement with that code matters
    clock: what the clock of that kind asks for is done
    stage: the dispute goes to another stage; closing says the outcome
    acknowledge: a colleague notes that a handoff is taken
    page: what the professional does on his page
    reply: what he reads there from us
Such a step may say when it happened: "date": "2026-10-19 13:05:00" (UTC).
"""

import json

from .errors import Failure

KINDS = {
    "mail": {"mail"},
    "answer_to": {"answer_to", "by", "body"},
    "note_on": {"note_on", "by", "body"},
    "refused": {"refused", "by", "body"},
    "call": {"call", "by", "minutes", "words"},
    "break": {"break", "by", "reason", "caller"},
    "sum": {"sum", "by", "amount"},
    "agreement": {"agreement", "by", "code"},
    "clock": {"clock", "by", "kind", "reason"},
    "stage": {"stage", "by", "rung", "reason"},
    "acknowledge": {"acknowledge", "by", "as"},
    "consent": {"consent", "by", "side", "words"},
    "page": {"page", "as", "does"},
    "reply": {"reply", "by", "as", "words"},
}
OPTIONAL = {
    "mail": set(),
    "sum": {"date", "kind", "words"},
    "stage": {"date", "override", "outcome", "amount"},
    "page": {"date", "words", "outcome", "amount"},
}
WHAT = "cannot read the demo's story"


def load(folder):
    """Read and check `folder`/story.json.

    :return: the story as described above; every mail it names exists
    :raises Failure: naming the step that is wrong
    """
    path = folder / "story.json"
    try:
        story = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Failure(WHAT, f"{path.name}: {error}", "Mend that file.") from error
    poured = set()
    for number, step in enumerate(story.get("steps", []), start=1):
        problem = _problem(step, poured, folder / "mails")
        if problem:
            raise Failure(WHAT, f"step {number}: {problem}", f"Mend {path.name}.")
        poured.add(step.get("mail"))
    return story


def _problem(step, poured, mails):
    """What is wrong with a step, or None."""
    kinds = KINDS.keys() & step.keys()
    if len(kinds) != 1:
        return f"needs exactly one of {', '.join(KINDS)}"
    kind = kinds.pop()
    if next(iter(step)) != kind:
        return f"must begin with {kind}"
    needed = KINDS[kind]
    known = needed | OPTIONAL.get(kind, {"date"})
    if step.keys() - known:
        return f"unknown key {sorted(step.keys() - known)[0]}"
    if missing := needed - step.keys():
        return f"{sorted(missing)[0]} is missing"
    if kind == "mail":
        return None if (mails / step["mail"]).is_file() else f"no mail {step['mail']}"
    return None if step[kind] in poured else f"{step[kind]} has not arrived yet"
