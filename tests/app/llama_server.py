"""Run llama.cpp's server with a tiny model, which knows one word, until a line comes on stdin.

Usage: python llama_server.py MODEL_TO_WRITE; prints its address as JSON.
"""

from __future__ import annotations

import json
import sys

import gguf
import numpy as np
import xllamacpp

_VOCABULARY = 300
_WIDTH = 32
_INNER = 64
_CONTEXT = 8192


def write_model(path: str) -> None:
    """Write a llama of one layer whose vocabulary is bytes and a few words."""
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_context_length(_CONTEXT)
    writer.add_embedding_length(_WIDTH)
    writer.add_block_count(1)
    writer.add_feed_forward_length(_INNER)
    writer.add_head_count(2)
    writer.add_head_count_kv(2)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(_WIDTH // 2)
    writer.add_vocab_size(_VOCABULARY)
    _add_tokens(writer)
    nothing = {
        "blk.0.ffn_gate": (_INNER, _WIDTH),
        "blk.0.ffn_up": (_INNER, _WIDTH),
        "blk.0.ffn_down": (_WIDTH, _INNER),
        **{f"blk.0.attn_{one}": (_WIDTH, _WIDTH) for one in ("q", "k", "v", "output")},
    }
    for name, shape in nothing.items():
        writer.add_tensor(f"{name}.weight", np.zeros(shape, np.float32))
    for name in ("output_norm", "blk.0.attn_norm", "blk.0.ffn_norm"):
        writer.add_tensor(f"{name}.weight", np.ones(_WIDTH, np.float32))
    writer.add_tensor("token_embd.weight", np.ones((_VOCABULARY, _WIDTH), np.float32))
    output = np.zeros((_VOCABULARY, _WIDTH), np.float32)
    output[-1] = 1  # whatever was read, the next word is the last of the vocabulary
    writer.add_tensor("output.weight", output)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _add_tokens(writer: gguf.GGUFWriter) -> None:
    special, unknown, control, byte, normal = 3, 2, 3, 6, 1
    tokens = ["<unk>", "<s>", "</s>", *(f"<0x{one:02X}>" for one in range(256))]
    words = [f"▁word{number}" for number in range(_VOCABULARY - len(tokens))]
    kinds = [unknown, control, control, *[byte] * (len(tokens) - special), *[normal] * len(words)]
    writer.add_tokenizer_model("llama")
    writer.add_token_list([token.encode() for token in [*tokens, *words]])
    writer.add_token_scores([0.0] * _VOCABULARY)
    writer.add_token_types(kinds)
    writer.add_unk_token_id(0)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_chat_template(
        "{% for one in messages %}{{ one.role }}: {{ one.content }}\n{% endfor %}assistant:"
    )


def main(path: str) -> None:
    write_model(path)
    parameters = xllamacpp.CommonParams()
    parameters.model.path = path
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = 0
    parameters.n_ctx = _CONTEXT
    parameters.n_parallel = 1
    parameters.cpuparams.n_threads = 1
    parameters.ui = False
    parameters.fit_params = False
    server = xllamacpp.Server(parameters)
    print(json.dumps({"address": f"{server.listening_address}/v1"}), flush=True)
    sys.stdin.readline()


if __name__ == "__main__":
    main(sys.argv[1])
