namespace Vitrina.Simulation.Driving;

/// <summary>A marketplace with known truth: people who ask for lists, what they do with them, and everything else the marketplace is told.</summary>
/// <remarks>A pure function of configuration, seed and end date; the number of threads changes nothing. One drive at a time; truth may be read concurrently.</remarks>
public interface IWorld
{
    /// <summary>The parameters.</summary>
    WorldConfiguration Configuration { get; }

    /// <summary>The seed.</summary>
    ulong Seed { get; }

    /// <summary>The first moment of history, midnight UTC.</summary>
    DateTimeOffset StartsAt { get; }

    /// <summary>The first moment after history, midnight UTC.</summary>
    DateTimeOffset EndsAt { get; }

    /// <summary>The world's own logging policy: it answers requests, learns nothing, and says its propensities where it knows them.</summary>
    IMarketplaceAdapter OpenLoop();

    /// <summary>Runs the whole history in time order against an adapter and reports what came of it. What people would still do afterwards is not sent.</summary>
    /// <param name="adapter">Answers requests and takes changes.</param>
    /// <param name="progress">Receives the share done, 0–1; null for silence.</param>
    /// <param name="cancellationToken">Stops the drive.</param>
    /// <exception cref="InvalidOperationException">The adapter showed an item the world does not have.</exception>
    ValueTask<WorldReport> DriveAsync(IMarketplaceAdapter adapter, IProgress<double>? progress, CancellationToken cancellationToken);

    /// <summary>The true probability that a person answers an item with interest when examining it.</summary>
    /// <param name="request">A request this world made.</param>
    /// <param name="item">The item.</param>
    /// <exception cref="ArgumentException">The request or the item is not of this world.</exception>
    double TrueRelevance(SimulatedRequest request, string item);

    /// <summary>Writes what else is true of the world, as files that are never imported. Many worlds have nothing more to say.</summary>
    /// <param name="folder">Where to.</param>
    void WriteTruth(string folder)
    {
    }
}
