// The mark of the product: a K that is a play sign.

export function Mark({ size = 26 }: { size?: number }) {
  return (
    <svg class="mark" viewBox="0 0 32 32" width={size} height={size} aria-hidden="true">
      <rect class="mark-ground" width="32" height="32" rx="8" />
      <path class="mark-stem" d="M9 7v18" />
      <path class="mark-arm" d="M23 7.6 13.6 16 23 24.4" />
    </svg>
  );
}
