"""The recipe of the embedded pair: corpus, tokenizer, target, distilled draft, export, card."""
