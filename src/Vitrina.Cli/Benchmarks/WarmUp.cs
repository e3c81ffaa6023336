using System.Runtime;

namespace Vitrina.Cli.Benchmarks;

/// <summary>When a program has run long enough to be measured: the runtime compiles what runs often a second time, beside it.</summary>
internal sealed class WarmUp
{
    private const int Fewest = 500;
    private const int Most = 20_000;
    private const int Quiet = 1000;
    private long _methods = -1;
    private int _since;

    /// <summary>Rounds that have begun.</summary>
    public int Rounds { get; private set; }

    /// <summary>Whether another round is to be run: until nothing has been compiled for a thousand rounds, and at most 20,000.</summary>
    public bool GoesOn()
    {
        if (JitInfo.GetCompiledMethodCount() is var methods && methods != _methods)
        {
            (_methods, _since) = (methods, Rounds);
        }

        return Rounds < Fewest || (Rounds < Most && Rounds - _since < Quiet);
    }

    /// <summary>Counts a round and gives its number.</summary>
    public int Next() => Rounds++;
}
