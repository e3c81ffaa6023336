namespace Vitrina.Cli.Benchmarks;

/// <summary>One pass over all queries.</summary>
/// <param name="Recall">Share of the nearest that was found.</param>
/// <param name="Seconds">Seconds by the clock.</param>
/// <param name="ProcessorSeconds">Seconds that the processor worked: the same on a busy machine, caches aside.</param>
internal readonly record struct VectorPass(double Recall, double Seconds, double ProcessorSeconds);
