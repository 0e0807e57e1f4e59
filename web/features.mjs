// What a browser can do, asked by the smallest programs that do it.

const header = [0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0];  // one function, () -> v128
// i8x16.splat, i8x16.popcnt
export const simdProbe = [...header, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11];
// three times i8x16.splat, i32x4.relaxed_dot_i8x16_i7x16_add_s
export const relaxedProbe = [...header, 10, 19, 1, 17, 0, 65, 0, 253, 15, 65, 0, 253, 15, 65, 0, 253, 15, 253, 147, 2, 11];

export const accepts = (probe) => typeof WebAssembly === 'object' && WebAssembly.validate(Uint8Array.from(probe));
