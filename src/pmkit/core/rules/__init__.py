"""
Rules that several steps and queries share: values in, values out.

What is due and to whom (`due`, `booking`), what became of money (`receipts`,
`incoming`, `settling`, `refunds`, `cancelling`), who bears a failed visit
(`liability`, `arranging`), who sees what (`sight`), what happens next (`next_step`)
and which deadlines are open (`open_deadlines`).
"""
