// The heading: nothing moves here.

export function mount() {}
