"""One round with a tree of drafts, children drawn without replacement. A chapter shows it."""


def tree_round(text, draft, target, widths, draw):
    """The tokens that a round adds. `widths[d]` children are drafted at depth d;
    `target(text, paths)` is one list of probabilities a path, from one pass with a tree mask.
    """
    children = {(): []}  # a path, and what was drafted after it: tokens with the q of each
    for depth, width in enumerate(widths):
        for path in [path for path in children if len(path) == depth]:
            q = draft(text + list(path))
            for _ in range(min(width, sum(prob > 0 for prob in q))):
                q = [prob / sum(q) for prob in q]
                x = draw(q)
                children[path].append((x, q))
                children[path + (x,)] = []
                q = [0 if y == x else prob for y, prob in enumerate(q)]  # no token twice

    p = target(text, list(children))
    path = ()
    while children[path]:
        left = p[path]  # what the target is still owed at this place
        for x, q in children[path]:
            keep = min(1, left[x] / q[x])
            if draw([1 - keep, keep]):
                path += (x,)
                break
            owed = [max(0, a - b) for a, b in zip(left, q)]
            left = [value / sum(owed) for value in owed]
        else:
            return list(path) + [draw(left)]
    return list(path) + [draw(p[path])]
