namespace Vitrina.Cli.Benchmarks;

/// <summary>What an index of vectors cost.</summary>
/// <param name="Seconds">Seconds by the clock.</param>
/// <param name="ProcessorSeconds">Seconds that the processor worked.</param>
/// <param name="BytesPerVector">Memory per vector, links included.</param>
internal sealed record VectorBuild(double Seconds, double ProcessorSeconds, double BytesPerVector);
