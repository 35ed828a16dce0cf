/** Three columns under a lintel. */
export function Mark({ size = 22 }: { size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="2"
      strokeLinecap="round"
      aria-hidden="true"
    >
      <path d="M3 5.5h18M6 9v10.5M12 9v10.5M18 9v10.5" />
    </svg>
  )
}
