// See hugging_face_check.sh, which copies this beside the files and the library.
import fs from "node:fs";
import { BPE, Tokenizer, byteLevelPreTokenizer } from "tokenizers";

const cases = JSON.parse(fs.readFileSync("cases.json", "utf8"));
const fromPair = new Tokenizer(await BPE.fromFile("vocab.json", "merges.txt"));
fromPair.setPreTokenizer(byteLevelPreTokenizer(false));
fromPair.addSpecialTokens(["<|endoftext|>"]);
const readers = { "tokenizer.json": Tokenizer.fromFile("tokenizer.json"), "vocab.json + merges.txt": fromPair };

let failures = 0;
for (const [name, tokenizer] of Object.entries(readers)) {
  for (const { text, ids } of cases) {
    const theirs = text === "" ? [] : [...(await tokenizer.encode(text)).getIds()];
    if (JSON.stringify(theirs) !== JSON.stringify(ids)) {
      console.error(`${name}: ${JSON.stringify(text)}: Hugging Face ${theirs}, here ${ids}`);
      failures++;
    }
    if (name === "tokenizer.json" && (await tokenizer.decode(ids, false)) !== text) {
      console.error(`${name}: ${JSON.stringify(text)} does not come back`);
      failures++;
    }
  }
}
console.log(`hugging_face_check: ${cases.length} texts, ${Object.keys(readers).length} ways to open, ${failures} differences`);
process.exit(failures === 0 && cases.length > 0 ? 0 : 1);
