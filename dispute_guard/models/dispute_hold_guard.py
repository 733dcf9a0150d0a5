from odoo import api, models
from odoo.fields import Command

# No client can send this object.
COLLECTING = "dispute_hold_collecting"
COLLECTOR = object()


def collecting(records):
    """``records`` for a collector of garbage, which leaves alone what is held."""
    return records.with_context(**{COLLECTING: COLLECTOR})


def changed(old, new):
    """It may not become another."""
    return old != new


def replaced(old, new):
    """It may be filled in while it is empty, then it stays."""
    return bool(old) and old != new


def rehoused(old, new):
    """It stays in its dispute, or goes where that one was merged or split.

    Only to a dispute that is under hold itself: the hold goes on.
    """
    return (
        bool(old)
        and old != new
        and not (new.hold and old in (new.split_from_id | new.merged_ids))
    )


def reworded(old, new):
    """As ``replaced``, but line breaks may become spaces."""
    return bool(old) and old.split() != (new or "").split()


def emptied(old, new):
    """It may become another but not empty."""
    return bool(old) and not new


def removed(records, commands):
    """Whether ``commands`` (for a field with many records) take some of them away.

    :param commands: in any form that Odoo takes; where it is no list of commands, it
        names all that are to be left
    """
    left = set(records.ids)
    is_list = isinstance(commands, list)
    if not is_list or (commands and not isinstance(commands[0], (list, tuple))):
        return not left <= set(getattr(commands, "ids", commands or ()))
    for command in commands:
        match command:
            case (Command.DELETE | Command.UNLINK, record_id, *_):
                left.discard(record_id)
            case (Command.CLEAR, *_):
                left.clear()
            case (Command.SET, _, ids):
                left = set(ids)
            case (Command.LINK, record_id, *_):
                left.add(record_id)
            case int() as record_id:
                left.add(record_id)
    return not left.issuperset(records.ids)


class DisputeHoldGuard(models.AbstractModel):
    """Records that a legal hold keeps from being deleted, changed or moved.

    Nothing in the context and no right lets anybody past, the superuser included.
    """

    _name = "dispute.hold.guard"
    _description = "Record that a Hold Keeps"

    # What may not change, with the function that says whether it does.
    _held_fields = {}

    def write(self, vals):
        guarded = {name: vals[name] for name in vals.keys() & self._held_fields.keys()}
        if guarded:
            # sudo: compared, not shown
            touched = self.sudo().filtered(lambda each: each._is_held_change(guarded))
            self._refuse_held(touched, "write")
        return super().write(vals)

    def unlink(self):
        # no method of ondelete: a key in the context of any client can skip those
        self._refuse_held(self, "unlink")
        return super().unlink()

    def _refuse_held(self, records, operation):
        """:raise UserError: for the hold on ``records``; who has no right hears that"""
        holding = self.env["dispute.hold"]._get_holding(records)
        if holding:
            self.check_access(operation)
            self.env["dispute.hold"]._refuse(holding)

    def _is_held_change(self, vals):
        """Hook: whether writing ``vals`` would change what a hold keeps."""
        new = self.new(vals, origin=self)
        return any(
            self._held_fields[name](
                self[name], getattr(new[name], "_origin", new[name])
            )
            for name in vals
        )


class DisputeHoldCollected(models.AbstractModel):
    """Records that a collector of garbage deletes after a time.

    A refusal would stop the collector for all others, too, so it does not find what is
    held.
    """

    _name = "dispute.hold.collected"
    _description = "Record that Is Collected Unless Held"

    @api.model
    def _search(self, domain, *args, **kwargs):
        if self.env.context.get(COLLECTING) is COLLECTOR:
            asking = self.with_context(**{COLLECTING: None})
            domain = asking._spare_held(domain)
        return super()._search(domain, *args, **kwargs)

    @api.model
    def _spare_held(self, domain):
        """Hook: ``domain`` without what is held."""
        return domain
