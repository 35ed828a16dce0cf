/** A task's name for people: `text-generation` is "Text generation". */
export function taskName(pipelineTag: string): string {
  const text = pipelineTag.replaceAll('-', ' ')
  return text.charAt(0).toUpperCase() + text.slice(1)
}
