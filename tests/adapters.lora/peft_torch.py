"""Opens Hugging Face folders and PEFT adapters with torch alone and computes their logits, by the published rules.

It shares no line with the project: the safetensors files are parsed here, every layer is a few torch operations in float64, and an
adapter changes a weight as PEFT's documentation says:

  target_modules    a module is adapted when its name is an entry or ends with "." + entry; what the files hold must be exactly those
  r, rank_pattern   rank_pattern's first key that matches the end of the name wins, else r; lora_A is [rank, in], lora_B [out, rank]
  lora_alpha, alpha_pattern   likewise
  use_rslora        scale = alpha / sqrt(rank), else alpha / rank
  fan_in_fan_out    the product is transposed for weights stored [in, out] (GPT-2's Conv1D); the flag must say what the weights are
  modules_to_save   whole tensors base_model.model.<name> that take the base's place
  several adapters  their products add up

usage: python3 peft_torch.py CASES.json
  CASES.json: [{"model": FOLDER, "adapters": [FOLDER, …], "ids": [ID, …], "types": [0 | 1, …] or null}, …]
prints one list of logits for each case, flat, in the order of the cases.
"""
import json
import math
import re
import struct
import sys
import warnings

import torch

DTYPES = {"F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}
PREFIX = "base_model.model."


def read_safetensors(path):
    """8 bytes header length, JSON header, raw little-endian data."""
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = bytearray(file.read())
    tensors, covered = {}, 0
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        begin, end = entry["data_offsets"]
        flat = torch.frombuffer(data[begin:end], dtype=DTYPES[entry["dtype"]])
        tensors[name] = flat.reshape(entry["shape"]).double()
        covered += end - begin
    assert covered == len(data), f"{path}: {len(data)} bytes of data, {covered} of them in tensors"
    return tensors


def read_json(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def by_pattern(patterns, name, otherwise):
    for pattern, value in patterns.items():
        if re.match(rf"(.*\.)?({pattern})$", name):
            return value
    return otherwise


def is_target(targets, name):
    if isinstance(targets, str):
        return re.fullmatch(targets, name) is not None
    return any(name == target or name.endswith("." + target) for target in targets)


def apply_adapter(weights, linears, transposed, folder):
    """Adds the adapter's products to the base's weights."""
    config = read_json(f"{folder}/adapter_config.json")
    assert config["peft_type"] == "LORA" and config["bias"] == "none", "a plain LoRA is expected"
    assert not config.get("use_dora"), "DoRA is not plain LoRA"
    factors = read_safetensors(f"{folder}/adapter_model.safetensors")
    targets = [name for name in linears if is_target(config["target_modules"], name)]
    assert targets, f"target_modules {config['target_modules']} name no layer"
    for name in targets:
        a = factors.pop(f"{PREFIX}{name}.lora_A.weight")
        b = factors.pop(f"{PREFIX}{name}.lora_B.weight")
        rank = by_pattern(config.get("rank_pattern") or {}, name, config["r"])
        alpha = by_pattern(config.get("alpha_pattern") or {}, name, config["lora_alpha"])
        assert a.shape[0] == rank and b.shape[1] == rank, f"{name}: rank {rank}, A {a.shape}, B {b.shape}"
        scale = alpha / (math.sqrt(rank) if config.get("use_rslora") else rank)
        product = scale * (b @ a)
        if config["fan_in_fan_out"] != (name in transposed):
            # PEFT corrects the flag layer by layer, and warns.
            warnings.warn(f"fan_in_fan_out is {config['fan_in_fan_out']}, which {name} is not")
        weight = weights[f"{name}.weight"]
        weights[f"{name}.weight"] = weight + (product.t() if name in transposed else product)
    for module in config.get("modules_to_save") or []:
        for name in [n for n in factors if n.startswith(PREFIX) and module in n.split(".")]:
            weights[name[len(PREFIX) :]] = factors.pop(name)
    assert not factors, f"{folder}: no layer takes {sorted(factors)}"


def linear(weights, name, x):
    y = x @ weights[f"{name}.weight"].t()
    bias = weights.get(f"{name}.bias")
    return y if bias is None else y + bias


def conv1d(weights, name, x):
    return x @ weights[f"{name}.weight"] + weights[f"{name}.bias"]


def layer_norm(weights, name, x, epsilon):
    return torch.nn.functional.layer_norm(
        x, x.shape[-1:], weights[f"{name}.weight"], weights[f"{name}.bias"], epsilon
    )


def rms_norm(weight, x, epsilon):
    return weight * x * torch.rsqrt(x.square().mean(-1, keepdim=True) + epsilon)


def split(x, heads):
    """[T, heads * d] to [heads, T, d]"""
    return x.reshape(x.shape[0], heads, -1).transpose(0, 1)


def attend(q, k, v, causal):
    scores = q @ k.transpose(1, 2) / math.sqrt(q.shape[-1])
    if causal:
        length = q.shape[1]
        scores = scores.masked_fill(torch.ones(length, length).triu(1).bool(), -math.inf)
    mixed = torch.softmax(scores, -1) @ v
    return mixed.transpose(0, 1).reshape(mixed.shape[1], -1)


def gelu_new(x):
    return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


def gelu(x):
    return 0.5 * x * (1 + torch.erf(x / math.sqrt(2)))


def rotate(x, theta):
    """Rotary positions on half-split heads; x is [heads, T, d]."""
    half = x.shape[-1] // 2
    inverse = theta ** -(torch.arange(half, dtype=torch.float64) / half)
    angles = torch.arange(x.shape[1], dtype=torch.float64)[:, None] * inverse
    cos, sin = angles.cos(), angles.sin()
    first, second = x[..., :half], x[..., half:]
    return torch.cat([first * cos - second * sin, second * cos + first * sin], -1)


def llama(config, w, ids, types):
    epsilon, theta = config.get("rms_norm_eps", 1e-6), config.get("rope_theta", 10000.0)
    heads, shared = config["num_attention_heads"], config["num_key_value_heads"]
    x = w["model.embed_tokens.weight"][ids]
    for layer in range(config["num_hidden_layers"]):
        at = f"model.layers.{layer}"
        h = rms_norm(w[f"{at}.input_layernorm.weight"], x, epsilon)
        q, k, v = (
            split(linear(w, f"{at}.self_attn.{name}_proj", h), count)
            for name, count in (("q", heads), ("k", shared), ("v", shared))
        )
        if f"{at}.self_attn.q_norm.weight" in w:
            q = rms_norm(w[f"{at}.self_attn.q_norm.weight"], q, epsilon)
            k = rms_norm(w[f"{at}.self_attn.k_norm.weight"], k, epsilon)
        q, k = rotate(q, theta), rotate(k, theta)
        k, v = (each.repeat_interleave(heads // shared, 0) for each in (k, v))
        x = x + linear(w, f"{at}.self_attn.o_proj", attend(q, k, v, causal=True))
        h = rms_norm(w[f"{at}.post_attention_layernorm.weight"], x, epsilon)
        gate = linear(w, f"{at}.mlp.gate_proj", h)
        x = x + linear(w, f"{at}.mlp.down_proj", gate * torch.sigmoid(gate) * linear(w, f"{at}.mlp.up_proj", h))
    head = "model.embed_tokens" if config.get("tie_word_embeddings") else "lm_head"
    return rms_norm(w["model.norm.weight"], x, epsilon) @ w[f"{head}.weight"].t()


def gpt2(config, w, ids, types):
    epsilon, heads = config.get("layer_norm_epsilon", 1e-5), config["n_head"]
    x = w["transformer.wte.weight"][ids] + w["transformer.wpe.weight"][: len(ids)]
    for layer in range(config["n_layer"]):
        at = f"transformer.h.{layer}"
        h = layer_norm(w, f"{at}.ln_1", x, epsilon)
        q, k, v = (split(part, heads) for part in conv1d(w, f"{at}.attn.c_attn", h).chunk(3, -1))
        x = x + conv1d(w, f"{at}.attn.c_proj", attend(q, k, v, causal=True))
        h = layer_norm(w, f"{at}.ln_2", x, epsilon)
        x = x + conv1d(w, f"{at}.mlp.c_proj", gelu_new(conv1d(w, f"{at}.mlp.c_fc", h)))
    head = "transformer.wte.weight" if config.get("tie_word_embeddings", True) else "lm_head.weight"
    return layer_norm(w, "transformer.ln_f", x, epsilon) @ w[head].t()


def bert(config, w, ids, types):
    name, epsilon = config["model_type"], config["layer_norm_eps"]
    heads, roberta = config["num_attention_heads"], config["model_type"] == "roberta"
    first = config["pad_token_id"] + 1 if roberta else 0
    at = f"{name}.embeddings"
    x = (
        w[f"{at}.word_embeddings.weight"][ids]
        + w[f"{at}.position_embeddings.weight"][first : first + len(ids)]
        + w[f"{at}.token_type_embeddings.weight"][types or [0] * len(ids)]
    )
    x = layer_norm(w, f"{at}.LayerNorm", x, epsilon)
    for layer in range(config["num_hidden_layers"]):
        at = f"{name}.encoder.layer.{layer}"
        q, k, v = (split(linear(w, f"{at}.attention.self.{each}", x), heads) for each in ("query", "key", "value"))
        mixed = linear(w, f"{at}.attention.output.dense", attend(q, k, v, causal=False))
        x = layer_norm(w, f"{at}.attention.output.LayerNorm", x + mixed, epsilon)
        inner = linear(w, f"{at}.output.dense", gelu(linear(w, f"{at}.intermediate.dense", x)))
        x = layer_norm(w, f"{at}.output.LayerNorm", x + inner, epsilon)
    dense, labels = ("classifier.dense", "classifier.out_proj") if roberta else ("bert.pooler.dense", "classifier")
    return linear(w, labels, torch.tanh(linear(w, dense, x[:1])))


FAMILIES = {"llama": llama, "mistral": llama, "qwen2": llama, "qwen3": llama, "gpt2": gpt2, "bert": bert, "roberta": bert}
NO_LINEAR = re.compile(r"(embed|wte|wpe|norm|ln_|LayerNorm)")


def logits(case):
    config = read_json(f"{case['model']}/config.json")
    weights = read_safetensors(f"{case['model']}/model.safetensors")
    family = FAMILIES[config["model_type"]]
    linears = [
        name[: -len(".weight")]
        for name, tensor in weights.items()
        if name.endswith(".weight") and tensor.dim() == 2 and not NO_LINEAR.search(name)
    ]
    transposed = {name for name in linears if family is gpt2 and name != "lm_head"}
    for folder in case["adapters"]:
        apply_adapter(weights, linears, transposed, folder)
    return family(config, weights, case["ids"], case.get("types")).flatten().tolist()


if __name__ == "__main__":
    torch.set_num_threads(1)
    warnings.simplefilter("error")
    print(json.dumps([logits(case) for case in read_json(sys.argv[1])]))
