"""
The road, one decision each: an order in, an `Outcome` out, nothing mutated.

===============  ============================================================
`steps.draft`    open, place and ship the order; move its ship date
`steps.book`     add, approve, agree to, edit and deselect a service
`steps.pay`      choose a method, start a payment, link what arrived
`steps.receive`  fold what a processor or bank observed
`steps.appoint`  arrange a visit, move it, refuse it
`steps.visit`    arrive, complete the check, or fail
`steps.report`   upload, decide, release, close
`steps.review`   review, reply, revise
===============  ============================================================

Beside the road: `steps.change` (a change of a paid service), `steps.ask` (support
cases and messages), `steps.cancel`, `steps.refund`, and `steps.sweep` (what time
alone does).
"""
