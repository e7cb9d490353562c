"""Makes a model of one megabyte for llama.cpp: random weights, but a real tokenizer, context and chat template.

    .venv-engine/bin/python tests/engine_real/make_gguf.py tiny.gguf

What it says is gibberish. How it says it (tokens, counts, limits, grammars, streams) is what a large model does. The
tokenizer is byte-level BPE as in GPT-2, trained on the standard library's own text, so nothing is downloaded.
"""

from __future__ import annotations

import re
import sys
import sysconfig
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import gguf
import numpy as np

MERGES = 1500
TRAINING_FILES = 100
CONTEXT = 32_768
WIDTH, LAYERS, HEADS = 64, 2, 4
FEED_FORWARD = 3 * WIDTH
PAD, TURN, END = "<|endoftext|>", "<|im_start|>", "<|im_end|>"
CHATML = (
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
_WORD = re.compile(r" ?[A-Za-z]+| ?[0-9]+| ?[^\sA-Za-z0-9]+|\s+")

Pair = tuple[str, str]


def byte_letters() -> list[str]:
    """Return GPT-2's printable letter for each byte: its own where it has one, else the next from U+0100 on."""
    printable = {*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
    spare = iter(range(0x100, 0x200))
    return [chr(byte if byte in printable else next(spare)) for byte in range(256)]


def counted_words() -> Counter[tuple[str, ...]]:
    """Return how often each word is in the standard library, spelt in byte letters."""
    letters = byte_letters()
    library = Path(sysconfig.get_path("stdlib"))
    words: Counter[str] = Counter()
    for file in sorted(library.glob("*.py"))[:TRAINING_FILES]:
        words.update(_WORD.findall(file.read_text(encoding="utf-8", errors="ignore")))
    return Counter({tuple(letters[byte] for byte in word.encode()): times for word, times in words.items()})


def trained_merges(counted: Counter[tuple[str, ...]], wanted: int) -> list[Pair]:
    """Return the merges of byte-pair encoding: again and again the most frequent neighbours become one piece."""
    words = [list(word) for word in counted]
    times = list(counted.values())
    frequency: Counter[Pair] = Counter()
    places: defaultdict[Pair, set[int]] = defaultdict(set)
    for number, word in enumerate(words):
        for pair in pairwise(word):
            frequency[pair] += times[number]
            places[pair].add(number)
    merges: list[Pair] = []
    while len(merges) < wanted and frequency:
        best = max(frequency, key=lambda pair: (frequency[pair], pair))
        if frequency[best] < 2:
            break
        merges.append(best)
        for number in places.pop(best):
            before, after = words[number], list(merged(words[number], best))
            for pair in pairwise(before):
                frequency[pair] -= times[number]
            for pair in pairwise(after):
                frequency[pair] += times[number]
                places[pair].add(number)
            words[number] = after
        del frequency[best]
    return merges


def merged(word: list[str], pair: Pair) -> Iterator[str]:
    """Yield a word's pieces with every such pair as one."""
    at = 0
    while at < len(word):
        if tuple(word[at : at + 2]) == pair:
            yield "".join(pair)
            at += 2
        else:
            yield word[at]
            at += 1


def write_tokenizer(writer: gguf.GGUFWriter) -> int:
    """Write the tokenizer and the chat template; return how many tokens there are."""
    merges = trained_merges(counted_words(), MERGES)
    pieces = list(dict.fromkeys([*byte_letters(), *("".join(pair) for pair in merges)]))
    special = [PAD, TURN, END]
    tokens = pieces + special
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_types([gguf.TokenType.NORMAL] * len(pieces) + [gguf.TokenType.CONTROL] * len(special))
    writer.add_token_merges([" ".join(pair) for pair in merges])
    writer.add_bos_token_id(tokens.index(PAD))
    writer.add_pad_token_id(tokens.index(PAD))
    writer.add_eos_token_id(tokens.index(END))
    writer.add_add_bos_token(False)
    writer.add_chat_template(CHATML)
    return len(tokens)


def write_weights(writer: gguf.GGUFWriter, vocabulary: int) -> None:
    """Write random weights, scaled so that the next token depends on the text and yet many are likely."""
    draw = np.random.default_rng(0)

    def add(name: str, *shape: int, scale: float = 0.08) -> None:
        writer.add_tensor(f"{name}.weight", (draw.standard_normal(shape) * scale).astype(np.float32))

    def add_ones(name: str) -> None:
        writer.add_tensor(f"{name}.weight", np.ones(WIDTH, np.float32))

    add("token_embd", vocabulary, WIDTH, scale=1.0)
    for layer in range(LAYERS):
        block = f"blk.{layer}"
        add_ones(f"{block}.attn_norm")
        for part in ("attn_q", "attn_k", "attn_v", "attn_output"):
            add(f"{block}.{part}", WIDTH, WIDTH)
        add_ones(f"{block}.ffn_norm")
        add(f"{block}.ffn_gate", FEED_FORWARD, WIDTH)
        add(f"{block}.ffn_up", FEED_FORWARD, WIDTH)
        add(f"{block}.ffn_down", WIDTH, FEED_FORWARD)
    add_ones("output_norm")
    add("output", vocabulary, WIDTH, scale=0.25)


def main(path: str) -> None:
    """Write the model."""
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name("tiny-random")
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(FEED_FORWARD)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    vocabulary = write_tokenizer(writer)
    writer.add_vocab_size(vocabulary)
    write_weights(writer, vocabulary)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    print(f"{path}: {vocabulary} tokens, {Path(path).stat().st_size} bytes")


if __name__ == "__main__":
    main(sys.argv[1])
