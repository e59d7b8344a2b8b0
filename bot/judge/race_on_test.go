//go:build race

package judge_test

// raceDetector says that this test binary counts the detector's own allocations.
const raceDetector = true
