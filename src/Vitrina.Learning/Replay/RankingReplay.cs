using Vitrina.Engine;
using Vitrina.Engine.Catalog;
using Vitrina.Engine.Events;
using Vitrina.Engine.Features;
using Vitrina.Engine.Journal;
using Vitrina.Engine.Models;
using Vitrina.Engine.Ranking;
using Vitrina.Engine.Ranking.Recording;
using Vitrina.Engine.Verticals;

namespace Vitrina.Learning.Replay;

/// <summary>A recorded ranking with its features as they were then. Valid only during the visit: the next one reuses the memory.</summary>
public sealed class ReplayedRanking
{
    /// <summary>The record.</summary>
    public required RankingRecord Record { get; init; }

    /// <summary>The shown items that the catalogue knew then, in shown order, then recorded candidates that stood too low, when asked for; a row of <see cref="Features"/> each.</summary>
    public required IReadOnlyList<Item> Items { get; init; }

    /// <summary>The index of each row in <see cref="RankingRecord.Shown"/>; −1 for a candidate that was not shown.</summary>
    public required IReadOnlyList<int> ShownIndex { get; init; }

    /// <summary>All features of the vertical: replayed ones recomputed, recorded ones from the record (missing where it has none).</summary>
    public required FeatureMatrix Features { get; init; }

    /// <summary>The recorded vectors, or null when this ranking has none.</summary>
    public FeatureBlock? Recorded { get; init; }

    /// <summary>Text scores (BM25) of the rows; empty when the replay keeps no text index.</summary>
    public required float[] TextScores { get; init; }

    /// <summary>How recently the user touched each row (anything but a view): 1 = last, 2 = before that; 0 = not within its newest events.</summary>
    public required int[] LastTouched { get; init; }

    /// <summary>Popularity of the rows at the ranking's time.</summary>
    public required float[] Popularity { get; init; }
}

/// <summary>Runs through the journal with the serving code's own state and visits every ranking at what its snapshot had seen.</summary>
public sealed class RankingReplay
{
    private readonly IJournalStore _journal;
    private readonly CompiledVertical _vertical;
    private readonly EngineState _state;
    private readonly FeatureScope _scope;
    private readonly QueryNormalizer _queries;
    private readonly FeatureMatrix _matrix = new();
    private readonly RecordedFeatures? _recorded;
    private readonly bool _withText;
    private SurfaceRanker? _ranker;
    private FactorSchedule? _factors;

    // A surface that the vertical's file no longer has is replayed as one of items.
    private static readonly Surface s_items = new() { Name = "", Declaration = new SurfaceDeclaration { Sources = [] } };

    /// <summary>Prepares a replay.</summary>
    /// <param name="journal">The journal.</param>
    /// <param name="verticals">All verticals of the installation.</param>
    /// <param name="vertical">The vertical whose rankings are visited.</param>
    /// <param name="featureFolder">The folder of recorded feature vectors, or null.</param>
    /// <param name="withText">True keeps a text index, so that imported lists, for which no vectors were recorded, get text features too.</param>
    public RankingReplay(IJournalStore journal, IReadOnlyList<CompiledVertical> verticals, CompiledVertical vertical, string? featureFolder, bool withText)
    {
        ArgumentNullException.ThrowIfNull(vertical);
        (_journal, _vertical, _withText) = (journal, vertical, withText);
        _state = new EngineState(verticals, withText);
        _scope = new FeatureScope(vertical.Counters);
        _queries = new QueryNormalizer(vertical.Analyzer);
        _recorded = featureFolder is not null && Directory.Exists(featureFolder) ? new RecordedFeatures(featureFolder) : null;
    }

    /// <summary>The state after the run; during a visit, as the ranking saw it.</summary>
    public EngineState State => _state;

    /// <summary>
    /// True adds the recorded candidates that stood too low to be shown. Their recorded features are computed anew where the log holds no vector of
    /// them: near to what they were, where the shown items' are exact.
    /// </summary>
    public bool WithUnshown { get; init; }

    /// <summary>Items that the visited rankings showed.</summary>
    public long ShownItems { get; private set; }

    /// <summary>Those of them that the catalogue did not hold then, which are left out.</summary>
    public long UnknownItems { get; private set; }

    /// <summary>Visits the surveyed rankings in the order of what they had seen.</summary>
    /// <param name="survey">Where they stand.</param>
    /// <param name="visit">Receives each ranking; it may use it until it returns.</param>
    /// <param name="progress">Receives the share that is done, 0 to 1.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    public void Run(JournalSurvey survey, Action<ReplayedRanking> visit, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(survey);
        ArgumentNullException.ThrowIfNull(visit);
        using var records = new RecordReader(_journal);

        // What was answered here has its features of learned factors in the record.
        _factors = survey.HasImported ? FactorSchedule.Of(_journal, _vertical, survey, cancellationToken) : null;
        var next = 0;
        foreach (var entry in _journal.Read(_journal.FirstSequence))
        {
            cancellationToken.ThrowIfCancellationRequested();
            for (; next < survey.Places.Count && survey.Places[next].AsOf < entry.Sequence; next++)
            {
                Visit(survey.IsReconstructed ? Reconstruct(entry, survey) : records.Find(survey.Places[next].Sequence), visit);
            }

            if (entry.Sequence > survey.AsOf)
            {
                break;
            }

            _state.Apply(entry);
            if ((entry.Sequence & 0xFFFF) == 0)
            {
                progress?.Report((double)entry.Sequence / survey.AsOf);
            }
        }

        for (; next < survey.Places.Count && !survey.IsReconstructed; next++)
        {
            Visit(records.Find(survey.Places[next].Sequence), visit);
        }

        progress?.Report(1);
    }

    // The list that the surface's sources would have given just before an event, in the order of the fallback: nobody saw it, so that all of it counts.
    private RankingRecord Reconstruct(in JournalEntry entry, JournalSurvey survey)
    {
        var surface = survey.Surface;
        var next = MarketEvent.Read(entry.Payload.Span);
        _ranker ??= SurfaceRanker.ForReplay(_vertical, surface);
        _ranker.Factors = _factors?.At(next.OccurredAtMs) ?? _ranker.Factors;
        var user = _state.Catalog.FindUser(next.User, _state.Catalog.LiveAliases());
        var request = new RankRequest { Vertical = _vertical.Name, Surface = surface, User = next.User, Session = next.Session, Context = next.Context, Size = survey.ReconstructedLength };
        var page = _ranker.Rank(request, _state.Live(_vertical.Name), _state.Catalog, user, next.OccurredAtMs, _state.AsOf);
        return new RankingRecord
        {
            Id = GroupLabels.IdOf(entry.Sequence),
            Vertical = _vertical.Name,
            Surface = surface,
            AtMs = next.OccurredAtMs,
            AsOf = _state.AsOf,
            Origin = RankingOrigin.Reconstructed,
            User = next.User,
            Session = next.Session,
            Context = next.Context,
            Shown = [.. page.Select(candidate => new ShownItem(candidate.Id, double.NaN, candidate.Score, 0))],
            AssumedViews = page.Count,
        };
    }

    private void Visit(RankingRecord record, Action<ReplayedRanking> visit)
    {
        var surface = _vertical.Surfaces.GetValueOrDefault(record.Surface);
        var (ranked, features) = (surface ?? s_items, surface?.Features ?? _vertical.Features);
        var market = _withText ? _state.LiveWithText(_vertical.Name) : _state.Live(_vertical.Name);
        var items = new List<Item>(record.Shown.Count);
        var shownIndex = new List<int>(record.Shown.Count);
        for (var i = 0; i < record.Shown.Count; i++)
        {
            if (Find(record.Shown[i].Item, ranked, market) is { } item && item.Vertical == _vertical.Name)
            {
                items.Add(item);
                shownIndex.Add(i);
            }
        }

        (ShownItems, UnknownItems) = (ShownItems + record.Shown.Count, UnknownItems + record.Shown.Count - items.Count);
        if (items.Count == 0)
        {
            return;
        }

        if (WithUnshown)
        {
            AddUnshown(record, items, shownIndex, id => Find(id, ranked, market));
        }

        Begin(record, market, items, shownIndex, ranked);
        var block = record.IsAnsweredHere ? _recorded?.Find(record.Id, record.AtMs) : null;
        _matrix.Reset(items.Count, features.Count);
        for (var column = 0; column < features.Count; column++)
        {
            var feature = features[column];
            if (feature.Origin == FeatureOrigin.Replayed || !record.IsAnsweredHere)
            {
                feature.Compute(_scope, _matrix.Column(column));
            }
            else
            {
                FillRecorded(block, feature, items, shownIndex, _matrix.Column(column));
            }
        }

        var textScores = _withText ? new float[items.Count] : [];
        if (_withText)
        {
            _scope.ScoreText(textScores);
        }

        visit(new ReplayedRanking
        {
            Record = record,
            Items = items,
            ShownIndex = shownIndex,
            Features = _matrix,
            Recorded = block,
            TextScores = textScores,
            LastTouched = ranked.RanksGroups ? [.. items.Select(_scope.GroupTouchOrderOf)] : _scope.TouchOrders.ToArray(),
            Popularity = [.. items.Select(item => (float)(ranked.RanksGroups ? _scope.GroupPopularityOf(item) : _vertical.Popularity.Of(market, item.Ordinal, record.AtMs)))],
        });
    }

    private Item? Find(string id, Surface surface, MarketView market) =>
        surface.RanksGroups ? market.Visits.Groups[surface.Grouping].Find(id, market.Keywords) : _state.Catalog.Find(id);

    private void Begin(RankingRecord record, MarketView market, List<Item> items, List<int> shownIndex, Surface surface)
    {
        var user = record.IsPersonalized ? _state.Catalog.FindUser(record.User, _state.Catalog.LiveAliases()) : -1;
        var region = record.Context.FirstOrDefault(pair => pair.Key == "region").Value;
        _scope.Begin(market, record.AtMs, user, record.IsPersonalized ? record.User : null, region, _queries.Normalize(record.Query));
        if (surface.RanksGroups)
        {
            _scope.RankGroups(surface.Grouping, record.Context, surface.Factors is { } name ? _factors?.At(record.AtMs).GetValueOrDefault(name) : null);
        }

        if (_withText)
        {
            _scope.ServeText(_vertical.Analyzer, record.Query);
        }

        // An imported list, and one in shadow mode, is one that its caller made: its places are what a caller's list has at serving.
        for (var row = 0; row < items.Count; row++)
        {
            _scope.Add(items[row], record.Origin is RankingOrigin.Imported or RankingOrigin.Shadow ? record.Offset + shownIndex[row] + 1 : 0);
        }
    }

    private void AddUnshown(RankingRecord record, List<Item> items, List<int> shownIndex, Func<string, Item?> find)
    {
        foreach (var candidate in record.Unshown)
        {
            // A rule's or a filter's removal stands; only what stood too low could have come up.
            if (candidate.Reason.StartsWith("rank:", StringComparison.Ordinal) && find(candidate.Item) is { } item && item.Vertical == _vertical.Name && !items.Contains(item))
            {
                items.Add(item);
                shownIndex.Add(-1);
            }
        }
    }

    private void FillRecorded(FeatureBlock? block, Feature feature, List<Item> items, List<int> shownIndex, Span<float> column)
    {
        column.Fill(float.NaN);
        if (WithUnshown && _withText)
        {
            feature.Compute(_scope, column);
        }

        var recordedColumn = block is null ? -1 : IndexOf(block.FeatureNames, feature.Name);
        for (var row = 0; row < items.Count; row++)
        {
            var recordedRow = recordedColumn < 0 ? -1 : Array.IndexOf(block!.Items, items[row].Id.Value);
            if (recordedRow >= 0)
            {
                column[row] = block!.Values[(recordedColumn * block.Items.Length) + recordedRow];
            }
            else if (shownIndex[row] >= 0)
            {
                column[row] = float.NaN;
            }
        }
    }

    internal static int IndexOf(IReadOnlyList<string> names, string name)
    {
        for (var i = 0; i < names.Count; i++)
        {
            if (names[i] == name)
            {
                return i;
            }
        }

        return -1;
    }
}
