import type { NextId } from "./ports.js";

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const idLength = 21;

/** Letters that count up, in ASCII order, so that ids sort in the order they were made. Enough for 62^6 ids. */
const serialLength = 6;

/**
 * A source of ids, decided by the seed alone: the same seed gives the same ids in the same order.
 * Later ids sort after earlier ones, whatever else was made in between.
 */
export function seededIds(seed: string): NextId {
  const random = sfc32(seed);
  let serial = 0;
  return (prefix: string) => {
    let text = base62(serial++, serialLength);
    // 62^5 < 2^32, so one draw yields five letters.
    while (text.length < idLength) text += base62(random() % 62 ** 5, 5);
    return prefix === "uuid" ? uuid(text) : `${prefix}_${text}`;
  };
}

/** A version 4 UUID whose digits come from the letters of an id. */
function uuid(text: string): string {
  let hex = "";
  for (let i = 0; hex.length < 32; i++) {
    hex += (text.charCodeAt(i % text.length) + i).toString(16).slice(-2);
  }
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}

function base62(number: number, length: number): string {
  let text = "";
  for (let rest = number; text.length < length; rest = Math.floor(rest / 62)) {
    text = alphabet[rest % 62] + text;
  }
  return text;
}

/** Small fast counter generator (sfc32), started from the text of the seed. Yields unsigned 32-bit integers. */
function sfc32(seed: string): () => number {
  let [a, b, c, counter] = [0x9e3779b9, 0x243f6a88, 0xb7e15162, 1];
  for (let i = 0; i < seed.length; i++) {
    a = Math.imul(a ^ seed.charCodeAt(i), 0x85ebca6b);
    b = Math.imul(b ^ (a >>> 13), 0xc2b2ae35);
    c = (c + Math.imul(a ^ b, 0x27d4eb2f)) | 0;
  }
  const next = () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return sum >>> 0;
  };
  for (let i = 0; i < 16; i++) next();
  return next;
}
