// Stub.

export function mount() {}
