namespace Vitrina.Simulation.Driving;

/// <summary>What a simulated world needs of the marketplace that answers it: lists for requests, and an ear for what changes and happens.</summary>
/// <remarks>The world calls one method at a time.</remarks>
public interface IMarketplaceAdapter
{
    /// <summary>Answers one request with a ranked list.</summary>
    /// <param name="request">Who asks what, when.</param>
    /// <param name="cancellationToken">Stops the drive.</param>
    ValueTask<ShownList> RankAsync(SimulatedRequest request, CancellationToken cancellationToken);

    /// <summary>Takes changes of the catalogue and events.</summary>
    /// <param name="changesInTimeOrder">Never empty, ordered by time, none older than those of the call before. The list is reused after the call returns.</param>
    /// <param name="cancellationToken">Stops the drive.</param>
    ValueTask SendAsync(IReadOnlyList<SimulatedChange> changesInTimeOrder, CancellationToken cancellationToken);
}
