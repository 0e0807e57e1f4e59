#!/bin/sh
# Opens the tokenizer that test_text left in BUILD/hugging_face with Hugging Face's own library (npm: tokenizers, pinned).
#
# usage: hugging_face_check.sh BUILD
set -eu
version=0.23.2
build=${1:?usage: hugging_face_check.sh BUILD}
here=$(cd "$(dirname "$0")" && pwd)
cd "$build/hugging_face"
if [ ! -d node_modules/tokenizers ] &&
  ! npm install --silent --no-save --no-package-lock --prefix . "tokenizers@$version" >/dev/null 2>npm.log; then
  echo "hugging_face_check.sh: npm could not fetch tokenizers@$version (offline?)." >&2
  exit 1
fi
cp "$here/hugging_face_check.mjs" .
node hugging_face_check.mjs
