#!/usr/bin/env bash
# Installs Debian's python3-torch, with which PeftTorchTests check what this project writes for PEFT. Without it those tests are
# skipped by name. About 150 MB to download; needs root and Debian 12 or newer (or a derivative that packages it).
set -euo pipefail

if /usr/bin/python3 -c 'import torch' 2>/dev/null; then
  echo "python3-torch is there."
  exit 0
fi
apt-get update
apt-get install -y --no-install-recommends python3-torch
/usr/bin/python3 -c 'import torch; print("torch", torch.__version__)'
