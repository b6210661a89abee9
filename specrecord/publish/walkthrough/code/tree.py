"""One round with a tree of drafts, children drawn without replacement. A chapter shows it."""


def tree_round(text, draft, target, widths, draw):
    """The tokens that one round adds to a text.

    widths[d]            how many children are drafted at depth d
    target(text, paths)  a list of probabilities for each path of
                         drafted tokens, from one pass with a mask
    """
    children = {(): []}  # by path: tokens drafted after it, each with q
    for depth, width in enumerate(widths):
        for path in [path for path in children if len(path) == depth]:
            q = draft(text + list(path))
            for _ in range(min(width, sum(prob > 0 for prob in q))):
                q = [prob / sum(q) for prob in q]
                x = draw(q)
                children[path].append((x, q))
                children[path + (x,)] = []
                q = [q[y] if y != x else 0 for y in range(len(q))]

    p = target(text, list(children))
    path = ()
    while children[path]:
        left = p[path]  # what the target is still owed here
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
