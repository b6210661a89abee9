"""One round of speculative decoding with the standard rule, in plain Python. A chapter shows it."""


def speculative_round(text, draft, target, k, draw):
    """The tokens that one round adds to a text.

    draft(text)            what may come next: probabilities, one a token
    target(text, drafted)  k + 1 such lists, from one pass
    draw(weights)          an index, drawn by weight
    """
    drafted, q = [], []
    for _ in range(k):  # K cheap steps, one after another
        q.append(draft(text + drafted))
        drafted.append(draw(q[-1]))

    p = target(text, drafted)  # one pass over K + 1 places

    for i, x in enumerate(drafted):
        keep = min(1, p[i][x] / q[i][x])
        if draw([1 - keep, keep]):  # the coin
            continue
        residual = [max(0, a - b) for a, b in zip(p[i], q[i])]
        return drafted[:i] + [draw(residual)]  # the rest is untested

    return drafted + [draw(p[k])]  # all accepted, and the bonus
