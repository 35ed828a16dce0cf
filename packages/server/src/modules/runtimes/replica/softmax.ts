/** Probabilities of one row of logits. */
export function softmax(logits: Float32Array): number[] {
  let max = -Infinity
  for (const value of logits) if (value > max) max = value
  const powers = Array.from(logits, (value) => Math.exp(value - max))
  const sum = powers.reduce((total, value) => total + value, 0)
  return powers.map((value) => value / sum)
}

export function sigmoid(logits: Float32Array): number[] {
  return Array.from(logits, (value) => 1 / (1 + Math.exp(-value)))
}

/** Scales a vector to length one; a zero vector stays as it is. */
export function normalize(vector: Float32Array): Float32Array {
  let sum = 0
  for (const value of vector) sum += value * value
  const length = Math.sqrt(sum)
  return length === 0 ? vector : vector.map((value) => value / length)
}
