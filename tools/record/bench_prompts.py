"""What SmolLM2 is benched with: twelve questions, and twelve changes to given code."""

_QUESTIONS = (
    "What is the difference between weather and climate?",
    "Explain in simple words how a bicycle stays upright.",
    "Give me three tips for learning a new language.",
    "Why do leaves change colour in autumn?",
    "Write a short letter that thanks a neighbour for watering the plants.",
    "What should I pack for a weekend of hiking in the mountains?",
    "How does a refrigerator keep food cold?",
    "Describe a quiet morning in a small harbour town.",
    "What are the main parts of a good business plan?",
    "How do I politely decline an invitation to a party?",
    "Explain what an index in a database is for.",
    "Why is sleep important for students?",
)
_SNIPPETS = (
    "def area(width, height):\n    result = width * height\n    return result\n",
    "def mean(values):\n    total = 0\n    for value in values:\n        total += value\n"
    "    return total / len(values)\n",
    "class Stack:\n    def __init__(self):\n        self.items = []\n\n"
    "    def push(self, item):\n        self.items.append(item)\n\n"
    "    def pop(self):\n        return self.items.pop()\n",
    "def read_lines(path):\n    lines = []\n    with open(path) as file:\n"
    "        for line in file:\n            lines.append(line.strip())\n    return lines\n",
    "def count_words(text):\n    counts = {}\n    for word in text.split():\n"
    "        counts[word] = counts.get(word, 0) + 1\n    return counts\n",
    "def largest(numbers):\n    best = numbers[0]\n    for number in numbers:\n"
    "        if number > best:\n            best = number\n    return best\n",
)
_CHANGES = (
    "Add a docstring to this code and print it whole:\n\n",
    "Repeat this code with type hints added:\n\n",
)

PROMPTS = {f"chat{at}": text for at, text in enumerate(_QUESTIONS)} | {
    f"code{len(_CHANGES) * at + way}": change + snippet
    for at, snippet in enumerate(_SNIPPETS)
    for way, change in enumerate(_CHANGES)
}
