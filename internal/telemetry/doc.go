// Package telemetry measures what the bot does: numbers for Prometheus and, where
// a collector is named, numbers and traces over OTLP (HTTP, protobuf).
//
// What is measured is one closed list, [Table]: each instrument has a name, a
// unit, a meaning and its labels, and a label has a closed list of values. A value
// that is not in its list becomes "other", so that neither a name, a channel, the
// code of a casus nor a text can ever stand in a label, however it got there.
// Spans have a closed list of names too ([Spans]) and the same labels.
//
// A nil *Telemetry measures nothing and costs nothing, so nobody has to ask
// whether it is on.
//
// The package is a leaf: it knows OpenTelemetry and nothing of ours.
package telemetry
