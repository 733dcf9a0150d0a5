"""The demo's story: which mails arrive and what our people do in between.

`story.json` is an object with `logins` (objects with login, password, name, role) and
`steps`, in order; a step is one of
    {"mail": "01_x.eml"}: a mail arrives
    {"answer_to": "01_x.eml", "by": "login", "body": "<p>…"}: an agent answers it
    {"note_on": "01_x.eml", "by": "login", "body": "<p>…"}: an agent writes a note
    {"acknowledge": "01_x.eml", "by": "login"}: the handoffs of its case are taken
    {"exposure": "01_x.eml", "by": "login", "amount": 100}: the sum of its case is noted
A step other than a mail may say when it happened: "date": "2026-10-19 13:05:00" (UTC).
"""

import json

from .errors import Failure

KINDS = {
    "mail": {"mail"},
    "answer_to": {"answer_to", "by", "body", "date"},
    "note_on": {"note_on", "by", "body", "date"},
    "acknowledge": {"acknowledge", "by", "date"},
    "exposure": {"exposure", "by", "amount", "date"},
}
OPTIONAL = {"date"}
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
    known = KINDS[kind]
    if step.keys() - known:
        return f"unknown key {sorted(step.keys() - known)[0]}"
    if missing := known - OPTIONAL - step.keys():
        return f"{sorted(missing)[0]} is missing"
    if kind == "mail":
        return None if (mails / step["mail"]).is_file() else f"no mail {step['mail']}"
    return None if step[kind] in poured else f"{step[kind]} has not arrived yet"
