namespace Vitrina.Learning.Training.Trees;

/// <summary>Runs independent pieces of work on one or more threads. Pieces write to places of their own, so results do not depend on the number.</summary>
internal sealed class WorkerTeam
{
    private readonly ParallelOptions _options;

    /// <summary>Makes a team.</summary>
    /// <param name="threads">Threads; 0 takes one per processor.</param>
    public WorkerTeam(int threads)
    {
        Threads = threads == 0 ? Environment.ProcessorCount : threads;
        _options = new ParallelOptions { MaxDegreeOfParallelism = Threads };
    }

    /// <summary>Threads at most.</summary>
    public int Threads { get; }

    /// <summary>Does every piece once.</summary>
    /// <param name="pieces">Number of pieces.</param>
    /// <param name="work">Does one.</param>
    /// <param name="isLarge">Whether the whole is worth waking threads for (more than some ten microseconds).</param>
    public void For(int pieces, Action<int> work, bool isLarge = true)
    {
        if (Threads > 1 && isLarge && pieces > 1)
        {
            Parallel.For(0, pieces, _options, work);
            return;
        }

        for (int piece = 0; piece < pieces; piece++)
        {
            work(piece);
        }
    }
}
