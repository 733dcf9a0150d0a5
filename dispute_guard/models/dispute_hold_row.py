from odoo import api, models
from odoo.tools import SQL

HELD = """
DECLARE
    led integer;
    leads integer;
    held text;
BEGIN
    IF TG_OP != 'TRUNCATE' THEN
        EXECUTE format('SELECT ($1).%I', TG_ARGV[0]) INTO led USING OLD;
        IF TG_ARGV[0] = 'ticket_id' THEN
            SELECT dispute_case_id INTO led FROM helpdesk_ticket WHERE id = led;
        END IF;
    END IF;
    -- merged or split: into a dispute that is held, too
    IF TG_OP = 'UPDATE' AND TG_ARGV[0] = 'dispute_case_id' THEN
        EXECUTE format('SELECT ($1).%I', TG_ARGV[0]) INTO leads USING NEW;
        PERFORM FROM dispute_case left_one, dispute_case c
        JOIN dispute_hold h ON h.case_id = c.id AND h.state != 'released'
        WHERE left_one.id = led AND c.id = leads
            AND (left_one.merged_into_id = c.id OR c.split_from_id = led);
        IF FOUND THEN
            RETURN NEW;
        END IF;
    END IF;
    SELECT c.name || '-H' || h.id INTO held
    FROM dispute_hold h JOIN dispute_case c ON c.id = h.case_id
    WHERE h.state != 'released' AND (h.case_id = led OR TG_OP = 'TRUNCATE')
    ORDER BY h.id LIMIT 1;
    IF held IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'restrict_violation',
            MESSAGE = 'Dispute Guard: ' || TG_OP || ' of ' || TG_TABLE_NAME
                || ' refused, legal hold ' || held;
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END
"""


class DisputeHoldRow(models.AbstractModel):
    """Rows that a hold on their ticket's dispute keeps, from SQL, too.

    They may neither be deleted nor lose their bytes nor leave their ticket.
    """

    _name = "dispute.hold.row"
    _description = "Row that a Hold Keeps"
    _inherit = ["dispute.trigger"]

    # The column that leads to the ticket, and columns that a hold keeps beside it.
    _hold_lead = "ticket_id"
    _hold_columns = ("raw",)

    @api.model
    def _get_trigger_functions(self):
        return super()._get_trigger_functions() | {"held": HELD}

    @api.model
    def _get_triggers(self):
        lead = SQL.identifier(self._hold_lead)
        columns = [lead, *map(SQL.identifier, self._hold_columns)]
        changes = SQL(" OR ").join(
            SQL("OLD.%s IS DISTINCT FROM NEW.%s", column, column) for column in columns
        )
        function = SQL("EXECUTE FUNCTION dispute_guard_held(%s)", self._hold_lead)
        row = SQL("FOR EACH ROW WHEN (OLD.%s IS NOT NULL", lead)
        return super()._get_triggers() | {
            "held_delete": (SQL("BEFORE DELETE"), SQL("%s) %s", row, function)),
            "held_update": (
                SQL("BEFORE UPDATE OF %s", SQL(", ").join(columns)),
                SQL("%s AND (%s)) %s", row, changes, function),
            ),
            "held_table": (
                SQL("BEFORE TRUNCATE"),
                SQL("FOR EACH STATEMENT %s", function),
            ),
        }


class DisputeInbound(models.Model):
    _name = "dispute.inbound"
    _inherit = ["dispute.inbound", "dispute.hold.row", "dispute.hold.guard"]


class DisputeStrayMail(models.Model):
    _name = "dispute.stray.mail"
    _inherit = ["dispute.stray.mail", "dispute.hold.row", "dispute.hold.guard"]


class DisputeOutbound(models.Model):
    _name = "dispute.outbound"
    _inherit = ["dispute.outbound", "dispute.hold.row", "dispute.hold.guard"]


class HelpdeskTicket(models.Model):
    _name = "helpdesk.ticket"
    _inherit = ["helpdesk.ticket", "dispute.hold.row"]

    _hold_lead = "dispute_case_id"
    _hold_columns = ()
