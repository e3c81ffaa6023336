using System.Runtime.InteropServices;
using Vitrina.Engine.Catalog;
using Vitrina.Engine.Events;
using Vitrina.Engine.Journal;
using Vitrina.Kernels.Hashing;

namespace Vitrina.Learning.Replay;

/// <summary>Where a ranking stands in the journal.</summary>
/// <param name="AsOf">The sequence that its snapshot had seen.</param>
/// <param name="Sequence">The sequence of its record.</param>
/// <param name="AtMs">When it was answered, Unix milliseconds.</param>
public readonly record struct RankingPlace(long AsOf, long Sequence, long AtMs);

/// <summary>A first pass over the journal: where the rankings of one surface stand, and what people did with them.</summary>
/// <remarks>Holds about 100 bytes a ranking, about 40 bytes an acted-on item and as many a visitor; views are folded into one number a ranking.</remarks>
public sealed class JournalSurvey
{
    private readonly Dictionary<UInt128, uint> _acts = [];
    private readonly Dictionary<UInt128, int> _lastSeen = [];
    private readonly ItemCatalog _users = new();
    private readonly Dictionary<UInt128, int> _userOf = [];
    private readonly Dictionary<string, long> _erasedAt = new(StringComparer.Ordinal);
    private readonly List<RankingPlace> _places = [];
    private readonly List<(UInt128 Ranking, long AtMs)> _times = [];
    private readonly HashSet<UInt128> _actedOn = [];
    private readonly Dictionary<UInt128, int> _actsOfVisitor = [];
    private readonly Dictionary<UInt128, long> _timeOf = [];
    private readonly IReadOnlyList<long>? _windowMs;

    // The share of acting visitors who count in full.
    private const double UsualVisitors = 0.95;
    private int? _usualActs;

    private readonly bool _withShadow;
    private readonly GroupLabels? _groups;

    private JournalSurvey(IReadOnlyList<long>? windowMs, bool withShadow, GroupLabels? groups = null) => (_windowMs, _withShadow, _groups) = (windowMs, withShadow, groups);

    /// <summary>The rankings, by what their snapshots had seen.</summary>
    public IReadOnlyList<RankingPlace> Places => _places;

    /// <summary>True when lists were imported: no feature vectors were recorded for those.</summary>
    public bool HasImported { get; private set; }

    /// <summary>How many items all of the rankings showed.</summary>
    public long ShownCount { get; private set; }

    /// <summary>The surface.</summary>
    public string Surface { get; private set; } = "";

    /// <summary>True when no list was ever logged: the places are events, before each of which a list is made from replayed state (decision 0044).</summary>
    public bool IsReconstructed { get; private set; }

    /// <summary>How many groups a list that is made again holds at most; default 60, enough to learn from.</summary>
    public int ReconstructedLength { get; init; } = GroupLabels.ListLength;

    /// <summary>The last journal sequence that was read.</summary>
    public long AsOf { get; private set; }

    /// <summary>Reads the journal; an event belongs to its list for ever.</summary>
    /// <param name="journal">The journal.</param>
    /// <param name="vertical">The vertical.</param>
    /// <param name="surface">The surface.</param>
    /// <param name="cancellationToken">Ends the pass.</param>
    public static JournalSurvey Of(IJournalStore journal, string vertical, string surface, CancellationToken cancellationToken = default) =>
        Of(journal, vertical, surface, null, cancellationToken);

    /// <summary>Reads the journal.</summary>
    /// <param name="journal">The journal.</param>
    /// <param name="vertical">The vertical.</param>
    /// <param name="surface">The surface.</param>
    /// <param name="windowMs">How long after its list an event of each type still belongs to it, milliseconds, by type; null = for ever.</param>
    /// <param name="cancellationToken">Ends the pass.</param>
    public static JournalSurvey Of(IJournalStore journal, string vertical, string surface, IReadOnlyList<long>? windowMs = null, CancellationToken cancellationToken = default) =>
        new JournalSurvey(windowMs, withShadow: false).Read(journal, vertical, surface, cancellationToken);

    /// <summary>Reads the journal, and also takes lists of others that were sent in shadow mode: to compare with, never to learn from.</summary>
    /// <param name="journal">The journal.</param>
    /// <param name="vertical">The vertical.</param>
    /// <param name="surface">The surface.</param>
    /// <param name="windowMs">How long after its list an event of each type still belongs to it, milliseconds, by type; null = for ever.</param>
    /// <param name="cancellationToken">Ends the pass.</param>
    public static JournalSurvey WithShadowsOf(
        IJournalStore journal, string vertical, string surface, IReadOnlyList<long>? windowMs = null, CancellationToken cancellationToken = default) =>
        new JournalSurvey(windowMs, withShadow: true).Read(journal, vertical, surface, cancellationToken);

    /// <summary>Reads the journal for a surface of any kind: its logged lists, or for groups that were never shown lists to be made again.</summary>
    /// <param name="journal">The journal.</param>
    /// <param name="vertical">The vertical.</param>
    /// <param name="surface">The surface.</param>
    /// <param name="withShadow">True also takes lists of others that were sent in shadow mode.</param>
    /// <param name="mostReconstructed">Most lists that are made again; a share by a hash where there are more events.</param>
    /// <param name="reconstructedLength">Most groups of a list that is made again.</param>
    /// <param name="cancellationToken">Ends the pass.</param>
    public static JournalSurvey Of(
        IJournalStore journal, Engine.CompiledVertical vertical, string surface, bool withShadow, int mostReconstructed, int reconstructedLength = GroupLabels.ListLength, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(vertical);
        var groups = vertical.Surfaces[surface].RanksGroups ? new GroupLabels(vertical, surface, mostReconstructed) : null;
        return new JournalSurvey(WindowsOf(vertical), withShadow, groups) { ReconstructedLength = reconstructedLength }.Read(journal, vertical.Name, surface, cancellationToken);
    }

    /// <summary>How long an event of each type belongs to its list in a vertical, milliseconds, by type: its attribution window.</summary>
    public static IReadOnlyList<long> WindowsOf(Engine.CompiledVertical vertical)
    {
        ArgumentNullException.ThrowIfNull(vertical);
        return [.. EventTypes.All.Select(name => vertical.Declaration.Events.TryGetValue(name, out var declared) ? (long)declared.AttributionWindow.TotalMilliseconds : long.MaxValue)];
    }

    /// <summary>With fewer logged lists than this nothing is learned from them.</summary>
    public const int FewestLists = 10;

    private void TakeReconstructed(GroupLabels groups)
    {
        IsReconstructed = true;
        HasImported = true;
        _places.Clear();
        _times.Clear();
        _actedOn.Clear();
        foreach (var list in groups.Lists())
        {
            var id = Hash.Of128(list.Id);
            _places.Add(new RankingPlace(list.Sequence - 1, list.Sequence, list.AtMs));
            _times.Add((id, list.AtMs));
            _actedOn.Add(id);
            _userOf[id] = _users.UserOrdinal(list.User);
            ShownCount += GroupLabels.ListLength;
            foreach (var (group, acts) in list.Acts)
            {
                _acts[id ^ Hash.Of128(group)] = acts;
            }
        }
    }

    private JournalSurvey Read(IJournalStore journal, string vertical, string surface, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(journal);
        Surface = surface;
        foreach (var entry in journal.Read(journal.FirstSequence))
        {
            cancellationToken.ThrowIfCancellationRequested();
            Note(entry, vertical, surface);
        }

        if (_groups is not null && _places.Count < FewestLists)
        {
            TakeReconstructed(_groups);
        }

        _places.Sort((a, b) => a.AsOf != b.AsOf ? a.AsOf.CompareTo(b.AsOf) : a.Sequence.CompareTo(b.Sequence));
        return this;
    }

    private void Note(in JournalEntry entry, string vertical, string surface)
    {
        AsOf = entry.Sequence;
        switch (entry.Kind)
        {
            case EntryKind.Ranking:
                var ranking = RankingRecord.Read(entry.Payload.Span);
                if (ranking.Vertical == vertical && ranking.Surface == surface && !ranking.IsErased && !IsLate(ranking)
                    && (_withShadow || ranking.Origin != RankingOrigin.Shadow))
                {
                    if (ranking.User is { } id)
                    {
                        _userOf[Hash.Of128(ranking.Id)] = _users.UserOrdinal(id);
                    }

                    // An imported list was made elsewhere: it sees everything before itself.
                    var asOf = ranking.IsAnsweredHere ? ranking.AsOf : entry.Sequence - 1;
                    _times.Add((Hash.Of128(ranking.Id), ranking.AtMs));
                    _timeOf[Hash.Of128(ranking.Id)] = ranking.AtMs;
                    ShownCount += ranking.Shown.Count;
                    _places.Add(new RankingPlace(asOf, entry.Sequence, ranking.AtMs));
                    HasImported |= !ranking.IsAnsweredHere;
                }

                break;
            case EntryKind.ItemPut or EntryKind.ItemPatch or EntryKind.ItemDelete when _groups is not null:
                _groups.Apply(ItemChange.Read(entry.Payload.Span));
                break;
            case EntryKind.Event:
                var marketEvent = MarketEvent.Read(entry.Payload.Span);
                _groups?.Apply(marketEvent, entry.Sequence);
                Note(marketEvent, _groups is null ? marketEvent.Item : _groups.GroupOf(marketEvent.Item));
                break;
            case EntryKind.UserErase:
                var subject = ControlEntry.Read(entry.Payload.Span).Subject;
                foreach (var user in _users.PersonOf(subject))
                {
                    _erasedAt[_users.UserNameOf(user)] = entry.Sequence;
                }

                _users.Erase(subject);
                break;
            case EntryKind.UserAlias:
                _users.Join(UserAlias.Read(entry.Payload.Span));
                break;
            default:
                break;
        }
    }

    // Recorded behind the erasure of its user, which its answer had not seen yet.
    private bool IsLate(RankingRecord ranking) =>
        ranking is { IsAnsweredHere: true, User: { } user } && _erasedAt.TryGetValue(user, out var erasedAt) && ranking.AsOf < erasedAt;

    private void Note(MarketEvent marketEvent, string? candidate)
    {
        var rankingId = marketEvent.RankingId ?? TokenSigner.ReadJournalled(marketEvent.Token)?.RankingId;
        if (rankingId is null || candidate is null)
        {
            return;
        }

        var ranking = Hash.Of128(rankingId);
        if (marketEvent.Type == EventType.View)
        {
            _lastSeen[ranking] = Math.Max(_lastSeen.GetValueOrDefault(ranking), marketEvent.Position);
        }
        else if (_windowMs is null || !_timeOf.TryGetValue(ranking, out var listAtMs) || marketEvent.OccurredAtMs - listAtMs <= _windowMs[(int)marketEvent.Type])
        {
            var key = ranking ^ Hash.Of128(candidate);
            _actedOn.Add(ranking);
            if ((marketEvent.User ?? marketEvent.Session) is { } visitor)
            {
                CollectionsMarshal.GetValueRefOrAddDefault(_actsOfVisitor, Hash.Of128(visitor), out _)++;
            }

            _acts[key] = _acts.GetValueOrDefault(key) | (1u << (int)marketEvent.Type);
        }
    }

    /// <summary>When the rankings were answered that somebody acted on, ascending, Unix milliseconds; of all rankings when nobody acted on any.</summary>
    public long[] TimesActedOn()
    {
        var times = _times.Where(time => _actedOn.Contains(time.Ranking)).Select(time => time.AtMs).Order().ToArray();
        return times.Length > 0 ? times : [.. _times.Select(time => time.AtMs).Order()];
    }

    /// <summary>In which ways an item of a ranking was acted on: bit n stands for event type n.</summary>
    public uint ActsOn(string rankingId, string item) => _acts.GetValueOrDefault(Hash.Of128(rankingId) ^ Hash.Of128(item));

    /// <summary>The last position of a ranking that was on screen, from 1; 0 when no view was sent.</summary>
    public int LastSeenOf(string rankingId) => _lastSeen.GetValueOrDefault(Hash.Of128(rankingId));

    /// <summary>
    /// How much the visitor of a ranking counts where everybody should tell alike, in (0, 1]: whoever acted more often than nineteen in twenty of those who
    /// acted at all counts as much as the twentieth one, whatever a program does.
    /// </summary>
    public float WeightOf(RankingRecord ranking)
    {
        ArgumentNullException.ThrowIfNull(ranking);
        _usualActs ??= _actsOfVisitor.Count == 0 ? 1 : _actsOfVisitor.Values.Order().ElementAt((int)(UsualVisitors * (_actsOfVisitor.Count - 1)));
        return (ranking.User ?? ranking.Session) is { } visitor && _actsOfVisitor.GetValueOrDefault(Hash.Of128(visitor)) is var acts && acts > _usualActs
            ? (float)_usualActs / acts
            : 1;
    }

    /// <summary>True for rankings from before the erasure of their user: nothing is learned from them.</summary>
    public bool IsErased(RankingRecord ranking)
    {
        ArgumentNullException.ThrowIfNull(ranking);
        return ranking.IsErased || (_userOf.TryGetValue(Hash.Of128(ranking.Id), out var user) && _users.IsErased(user));
    }
}
