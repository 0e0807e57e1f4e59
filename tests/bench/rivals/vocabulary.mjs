// A byte-level BPE vocabulary of any size for engines that take text only: every prompt token is a word of two letters
// with its space, " ab", which the merges below always give back as one token.
import { uniform } from './weights.mjs';

const letters = [...'abcdefghijklmnopqrstuvwxyz'];
const space = '\u0120';  // how GPT-2's alphabet writes the byte 0x20

// GPT-2's alphabet: printable bytes stand for themselves, the others are counted up from U+0100.
function alphabet() {
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => {
    const printable = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
    return String.fromCodePoint(printable ? byte : next++);
  });
}

// -> {tokens, merges, texts, words}: what the file says, what each token looks like when it is written out, and the ids
// of the two-letter words. Bytes from 0x80 on get a placeholder: alone they are no text, and random weights say anything.
export function vocabulary(size) {
  const tokens = alphabet().map((sign, byte) => byte < 128 ? sign : `<u${byte}>`);
  const texts = tokens.map((token, byte) => byte < 128 ? String.fromCharCode(byte) : token);
  const merges = [];
  const add = (left, right, text) => {
    merges.push(`${left} ${right}`);
    tokens.push(left + right);
    texts.push(text);
  };
  for (const a of letters) add(space, a, ` ${a}`);
  const words = [];
  for (const a of letters) {
    for (const b of letters) {
      words.push(tokens.length);
      add(space + a, b, ` ${a}${b}`);
    }
  }
  for (let id = tokens.length; id < size - 1; id += 1) {
    tokens.push(`<u${id}>`);
    texts.push(`<u${id}>`);
  }
  tokens.push('<|endoftext|>');
  texts.push('<|endoftext|>');
  if (tokens.length !== size) throw new Error(`a vocabulary of ${size} is too small: ${tokens.length}`);
  return { tokens, merges, texts, words };
}

// `count` random words: {ids, text}.
export function prompt({ texts, words }, count, seed = 7) {
  const random = uniform(seed);
  const ids = Array.from({ length: count }, () => words[Math.min(words.length - 1, Math.floor(random() * words.length))]);
  return { ids, text: ids.map((id) => texts[id]).join('') };
}
