package regular

// dontWait is nothing: no name in a folder leads to a pipe.
const dontWait = 0
