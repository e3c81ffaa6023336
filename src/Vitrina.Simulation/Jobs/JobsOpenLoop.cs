using System.Globalization;
using Vitrina.Kernels.Chance;
using Vitrina.Simulation.Driving;

namespace Vitrina.Simulation.Jobs;

/// <summary>Answers a jobs world's requests with an order by true probability of a contact or of a deal, with an error about each pair and some chance; a share in uniformly random order.</summary>
/// <remarks>Learns nothing, and knows as listed what it was told. One call at a time.</remarks>
public sealed class JobsOpenLoop : IMarketplaceAdapter
{
    private readonly JobsWorld _world;
    private readonly JobsPolicy _policy;
    private readonly List<(int Posting, DateTimeOffset ExpiresAt)>[] _resumes;
    private readonly List<(int Posting, DateTimeOffset ExpiresAt)>[] _vacancies;
    private readonly PlackettLuceDraw _draw;
    private readonly int[] _candidates;
    private readonly double[] _scores;
    private long _nextRanking;

    /// <summary>A policy for a world.</summary>
    /// <param name="world">The world.</param>
    /// <param name="policy">Which arm answers; null: always <see cref="JobsArm.Contact"/>, the world's logging policy.</param>
    public JobsOpenLoop(JobsWorld world, JobsPolicy? policy = null)
    {
        ArgumentNullException.ThrowIfNull(world);
        _world = world;
        _policy = policy ?? ((_, _, _) => JobsArm.Contact);
        _resumes = Lists(world.Market.ClusterCount);
        _vacancies = Lists(world.Market.ClusterCount);
        _candidates = new int[world.Configuration.CandidateLimit];
        _scores = new double[world.Configuration.CandidateLimit];
        _draw = new PlackettLuceDraw(world.Configuration.CandidateLimit);
    }

    /// <inheritdoc/>
    public ValueTask<ShownList> RankAsync(SimulatedRequest request, CancellationToken cancellationToken)
    {
        var asked = JobsRequest.Of(request);
        var stream = JobStreams.Open(_world.Seed, JobPurpose.Logging, asked.Key);
        var isRandomised = stream.NextBool(_world.Configuration.RandomisedShare);
        var count = Gather(asked, ref stream);
        var shown = new ShownItem[Math.Min(asked.Size, count)];
        var ids = _world.PostingsShownTo(asked.Side).Id;
        if (isRandomised)
        {
            for (var place = 0; place < shown.Length; place++)
            {
                var other = place + stream.NextInt(count - place);
                (_candidates[place], _candidates[other]) = (_candidates[other], _candidates[place]);
                shown[place] = new ShownItem(ids[_candidates[place]], place + 1, null, 1.0 / (count - place));
            }
        }
        else
        {
            var arm = _policy(asked.Cluster, asked.User, asked.At);
            for (var index = 0; index < count; index++)
            {
                _scores[index] = Score(asked, arm, _candidates[index]) / _world.Configuration.LoggingTemperature;
            }

            _draw.Draw(_scores.AsSpan(0, count), shown.Length, ref stream);
            for (var place = 0; place < shown.Length; place++)
            {
                shown[place] = new ShownItem(ids[_candidates[_draw.Order[place]]], place + 1, null, _draw.Propensities[place]);
            }
        }

        var id = "l" + _nextRanking++.ToString("D8", CultureInfo.InvariantCulture);
        return ValueTask.FromResult(new ShownList { RankingId = id, Items = shown, IsRandomised = isRandomised });
    }

    /// <inheritdoc/>
    public ValueTask SendAsync(IReadOnlyList<SimulatedChange> changesInTimeOrder, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(changesInTimeOrder);
        for (var index = 0; index < changesInTimeOrder.Count; index++)
        {
            switch (changesInTimeOrder[index])
            {
                case SimulatedChange.ItemPut put:
                    var (added, posting) = ListOf(put.Id);
                    added.Add((posting, put.ExpiresAt ?? DateTimeOffset.MaxValue));
                    break;
                case SimulatedChange.ItemPatch { ExpiresAt: not null } patch:
                    var (ended, gone) = ListOf(patch.Id);
                    ended.RemoveAll(listed => listed.Posting == gone);
                    break;
            }
        }

        return ValueTask.CompletedTask;
    }

    private static List<(int, DateTimeOffset)>[] Lists(int count) => [.. Enumerable.Range(0, count).Select(_ => new List<(int, DateTimeOffset)>())];

    private (List<(int Posting, DateTimeOffset ExpiresAt)> List, int Posting) ListOf(string id)
    {
        var resume = _world.PostingOrdinal(JobSide.Employer, id);
        if (resume >= 0)
        {
            return (_resumes[_world.Market.Resumes.Cluster[resume]], resume);
        }

        var vacancy = _world.PostingOrdinal(JobSide.Person, id);
        return (_vacancies[_world.Market.Vacancies.Cluster[vacancy]], vacancy);
    }

    private int Gather(JobsRequest request, ref RandomStream stream)
    {
        var listed = (request.Side == JobSide.Employer ? _resumes : _vacancies)[request.Cluster];
        listed.RemoveAll(entry => entry.ExpiresAt <= request.At);
        var employment = _world.PostingsShownTo(request.Side).Employment;
        var offset = listed.Count > _candidates.Length ? stream.NextInt(listed.Count) : 0;
        var count = 0;
        for (var step = 0; step < listed.Count && count < _candidates.Length; step++)
        {
            var posting = listed[(offset + step) % listed.Count].Posting;
            if (request.Employment < 0 || employment[posting] == request.Employment)
            {
                _candidates[count++] = posting;
            }
        }

        return count;
    }

    private double Score(JobsRequest request, JobsArm arm, int posting)
    {
        var (resume, vacancy) = request.PairWith(posting);
        var at = request.At.UtcTicks;
        var probability = arm == JobsArm.Contact
            ? _world.Pairing.ContactProbability(request.Side, resume, vacancy, at)
            : _world.Pairing.DealProbability(request.Side, resume, vacancy, at, _world.HasFoundWork(resume, at));
        var error = JobStreams.OfPair(_world.Seed, JobPurpose.Misjudgement, resume, vacancy, request.Side);
        return Math.Log(Math.Max(probability, 1e-12)) + _world.Configuration.LoggingNoise * error.NextGaussian();
    }
}
