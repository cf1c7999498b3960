"""Opens a base model and a LoRA adapter with nothing but Python's standard library, by the published rules:

safetensors   8 bytes header length, JSON header, raw little-endian data
PEFT          W' = W + s B A for each base_model.model.<path>.lora_{A,B}.weight,
              s = lora_alpha / r, or lora_alpha / sqrt(r) with use_rslora;
              r from rank_pattern where one of its keys is the module's path or its last segments
LLaMA         RMSNorm, rotary positions on half-split heads, grouped keys and values, SwiGLU

usage: python3 peft_reference.py list ADAPTER_FOLDER
       python3 peft_reference.py logits MODEL_FOLDER ADAPTER_FOLDER ID,ID,...
prints JSON.
"""
import json
import math
import re
import struct
import sys


def read_safetensors(path):
    with open(path, "rb") as file:
        data = file.read()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        begin, end = (8 + length + offset for offset in entry["data_offsets"])
        if entry["dtype"] == "F32":
            values = struct.unpack(f"<{(end - begin) // 4}f", data[begin:end])
        elif entry["dtype"] == "BF16":
            halves = struct.unpack(f"<{(end - begin) // 2}H", data[begin:end])
            values = [struct.unpack("<f", struct.pack("<I", half << 16))[0] for half in halves]
        else:
            raise ValueError(f"{name}: dtype {entry['dtype']}")
        tensors[name] = (entry["shape"], list(values))
    return tensors


def rows(tensor):
    (count, width), values = tensor
    return [values[i * width : (i + 1) * width] for i in range(count)]


def read_adapter(folder):
    with open(f"{folder}/adapter_config.json", encoding="utf-8") as file:
        config = json.load(file)
    assert config["peft_type"] == "LORA" and config["task_type"] == "CAUSAL_LM"
    assert config["bias"] == "none" and not config["fan_in_fan_out"]
    return config, read_safetensors(f"{folder}/adapter_model.safetensors")


def scale_of(config, path):
    found = [r for key, r in config["rank_pattern"].items() if re.match(rf"(.*\.)?({key})$", path)]
    rank = found[0] if found else config["r"]
    return rank, config["lora_alpha"] / (math.sqrt(rank) if config["use_rslora"] else rank)


def merge(weights, folder):
    config, adapter = read_adapter(folder)
    for name in adapter:
        if not name.endswith(".lora_A.weight"):
            continue
        path = name[len("base_model.model.") : -len(".lora_A.weight")]
        a, b = rows(adapter[name]), rows(adapter[name.replace("lora_A", "lora_B")])
        rank, scale = scale_of(config, path)
        assert len(a) == rank, path
        assert any(path == t or path.endswith("." + t) for t in config["target_modules"]), path
        base = weights[path + ".weight"]
        for i, row in enumerate(base):
            for j in range(len(row)):
                row[j] += scale * sum(b[i][k] * a[k][j] for k in range(len(a)))


def linear(weight, x):
    return [sum(w * v for w, v in zip(row, x)) for row in weight]


def norm(weight, x, epsilon):
    root = math.sqrt(sum(v * v for v in x) / len(x) + epsilon)
    return [w * v / root for w, v in zip(weight, x)]


def rotate(x, position, theta):
    half = len(x) // 2
    out = [0.0] * len(x)
    for i in range(half):
        angle = position / theta ** (2 * i / len(x))
        cos, sin = math.cos(angle), math.sin(angle)
        out[i] = x[i] * cos - x[half + i] * sin
        out[half + i] = x[half + i] * cos + x[i] * sin
    return out


def heads(x, width):
    return [x[i : i + width] for i in range(0, len(x), width)]


def logits(model, adapter, ids):
    with open(f"{model}/config.json", encoding="utf-8") as file:
        config = json.load(file)
    raw = read_safetensors(f"{model}/model.safetensors")
    weights = {n: rows(t) if len(t[0]) == 2 else t[1] for n, t in raw.items()}
    merge(weights, adapter)
    epsilon, theta, width = config["rms_norm_eps"], config["rope_theta"], config["head_dim"]
    group = config["num_attention_heads"] // config["num_key_value_heads"]
    stream = [list(weights["model.embed_tokens.weight"][i]) for i in ids]
    for layer in range(config["num_hidden_layers"]):
        at = f"model.layers.{layer}."
        queries, keys, values = [], [], []
        for position, x in enumerate(stream):
            h = norm(weights[at + "input_layernorm.weight"], x, epsilon)
            project = lambda name: heads(linear(weights[f"{at}self_attn.{name}_proj.weight"], h), width)
            queries.append([rotate(q, position, theta) for q in project("q")])
            keys.append([rotate(k, position, theta) for k in project("k")])
            values.append(project("v"))
        for position in range(len(ids)):
            mixed = []
            for head in range(config["num_attention_heads"]):
                q = queries[position][head]
                scores = [
                    sum(a * b for a, b in zip(q, keys[t][head // group])) / math.sqrt(width)
                    for t in range(position + 1)
                ]
                top = max(scores)
                powers = [math.exp(s - top) for s in scores]
                total = sum(powers)
                mixed += [
                    sum(p / total * values[t][head // group][i] for t, p in enumerate(powers))
                    for i in range(width)
                ]
            out = linear(weights[at + "self_attn.o_proj.weight"], mixed)
            stream[position] = [a + b for a, b in zip(stream[position], out)]
            h = norm(weights[at + "post_attention_layernorm.weight"], stream[position], epsilon)
            gate = linear(weights[at + "mlp.gate_proj.weight"], h)
            up = linear(weights[at + "mlp.up_proj.weight"], h)
            inner = [g / (1 + math.exp(-g)) * u for g, u in zip(gate, up)]
            down = linear(weights[at + "mlp.down_proj.weight"], inner)
            stream[position] = [a + b for a, b in zip(stream[position], down)]
    head = weights["model.embed_tokens.weight" if config["tie_word_embeddings"] else "lm_head.weight"]
    return [linear(head, norm(weights["model.norm.weight"], x, epsilon)) for x in stream]


if __name__ == "__main__":
    if sys.argv[1] == "list":
        config, tensors = read_adapter(sys.argv[2])
        scale = scale_of(config, "")[1]
        shapes = {name: {"shape": shape, "sum": math.fsum(values)} for name, (shape, values) in tensors.items()}
        print(json.dumps({"scale": scale, "targets": config["target_modules"], "tensors": shapes}))
    else:
        print(json.dumps(logits(sys.argv[2], sys.argv[3], [int(i) for i in sys.argv[4].split(",")])))
