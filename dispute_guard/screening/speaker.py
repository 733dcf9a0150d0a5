"""Tell a person's mail from a robot's by its headers (RFC 3834, RFC 3464, RFC 2919)."""

from email.message import Message

_BOUNCE_SENDERS = ("mailer-daemon", "postmaster", "mail-daemon")
_AUTO_HEADERS = ("x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-reply-from")
_LIST_HEADERS = ("list-id", "list-post", "list-unsubscribe")
_AUTO_PRECEDENCE = ("auto_reply", "auto-reply")
_LIST_PRECEDENCE = ("bulk", "list", "junk")


def classify(message: Message) -> str:
    """Return ``"person"``, ``"auto_reply"``, ``"bounce"`` or ``"list"``.

    Only headers are read. A missing or broken header means a person: mistaking a
    customer for a robot would silence him.
    """
    if _is_bounce(message):
        return "bounce"
    if _is_auto_reply(message):
        return "auto_reply"
    if any(message.get(name) for name in _LIST_HEADERS):
        return "list"
    if _value(message, "precedence") in _LIST_PRECEDENCE:
        return "list"
    return "person"


def _value(message: Message, name: str) -> str:
    return str(message.get(name) or "").split(";")[0].strip().lower()


def _is_bounce(message: Message) -> bool:
    report = str(message.get_param("report-type") or "").lower()
    if (
        message.get_content_type() == "multipart/report"
        and report != "disposition-notification"
    ):
        return True
    if str(message.get("return-path") or "").strip() == "<>" and not _value(
        message, "auto-submitted"
    ).startswith("auto-replied"):
        return True
    if message.get("x-failed-recipients"):
        return True
    sender = str(message.get("from") or "").lower()
    return any(name + "@" in sender for name in _BOUNCE_SENDERS)


def _is_auto_reply(message: Message) -> bool:
    submitted = _value(message, "auto-submitted")
    if submitted and submitted != "no":
        return True
    if message.get_content_type() == "multipart/report":
        return True
    if any(message.get(name) for name in _AUTO_HEADERS):
        return True
    # X-Auto-Response-Suppress is no sign: mail systems put it on people's mail too.
    return _value(message, "precedence") in _AUTO_PRECEDENCE
