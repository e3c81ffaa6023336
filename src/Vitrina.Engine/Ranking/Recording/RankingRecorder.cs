using System.Globalization;
using Vitrina.Engine.Events;
using Vitrina.Engine.Journal;
using Vitrina.Kernels.Codecs;

namespace Vitrina.Engine.Ranking.Recording;

/// <summary>Records answers in two parts (DESIGN, decision 3): the light record in the journal, feature vectors in the lossy log.</summary>
/// <remarks>Safe for concurrent use. Never waits: what does not fit the queues is dropped and counted.</remarks>
internal sealed class RankingRecorder
{
    // A token has to fit a URL; the record holds the arms in any case.
    private const int LongestArm = 200;
    private readonly JournalWriter? _journal;
    private readonly FeatureLogWriter? _features;
    private long _lastId;
    private long _recordedBytes;
    private long _recordedRankings;

    /// <param name="signer">Signs tokens.</param>
    /// <param name="journal">Receives light records; null = none are kept (measurements).</param>
    /// <param name="features">Receives feature vectors; null = none are kept.</param>
    public RankingRecorder(TokenSigner signer, JournalWriter? journal, FeatureLogWriter? features) => (Signer, _journal, _features) = (signer, journal, features);

    public TokenSigner Signer { get; }

    /// <summary>Light records made so far.</summary>
    public long RecordedRankings => Volatile.Read(ref _recordedRankings);

    /// <summary>Their bytes.</summary>
    public long RecordedBytes => Volatile.Read(ref _recordedBytes);

    /// <summary>Makes the answer and records it.</summary>
    public RankingAnswer Record(RankingContext context)
    {
        var id = NextId(context.NowMs);
        var shownBefore = context.ShownBefore;
        var assignments = context.Arms.Record(context);
        var items = new AnswerItem[context.PageCount];
        var groups = context.Scope.Groups;
        var best = groups is not null && context.Request.ItemsPerGroup > 0 ? GroupItems.BestOf(context, groups.View, context.Request.ItemsPerGroup) : null;
        for (var place = 0; place < items.Length; place++)
        {
            var index = context.Order[place];
            var shownAt = context.Request.IsShadow ? context.GivenPlaceOf(index) : shownBefore + place + 1;
            var itemId = context.Scope.Items[index].Id.Value;
            var token = new RankingToken(id, groups is null ? itemId : RankingToken.OfGroup(itemId), shownAt, context.Query.Hash, ArmOf(assignments, place));
            items[place] = Answer(context, index, token, context.Explained[place]) with
            {
                Id = itemId,
                Position = shownBefore + place + 1,
                ShownPosition = context.Request.IsShadow ? shownAt : 0,
                Items = best?[place].Select(item => new GroupItem(item.Id.Value, Signer.Sign(new RankingToken(id, item.Id.Value, shownAt, 0, ArmOf(assignments, place))))).ToArray(),
            };
        }

        // Their places go on behind the organic ones, so that a token names one place of the page.
        AnswerItem[] similar = [.. context.Similar.Select((index, place) => Answer(
            context, index, new RankingToken(id, context.Scope.Items[index].Id.Value, items.Length + place + 1, context.Query.Hash, null), context.ExplainedSimilar[place]))];

        Journal(context, id, shownBefore, assignments);
        LogFeatures(context, id, shownBefore);
        return new RankingAnswer
        {
            RankingId = id,
            AsOf = context.AsOf,
            Sections = similar.Length == 0 ? [new AnswerSection(SectionNames.Organic, items)] : [new AnswerSection(SectionNames.Organic, items), new AnswerSection(SectionNames.Similar, similar)],
            IsNothingFound = IsNothingFound(context),
            Query = QueryOf(context),
            Assignments = assignments,
            Facets = FacetCounts.Of(context),
            Degraded = context.Degraded.Count == 0 ? [] : [.. context.Degraded],
            Model = context.AnsweringModel,
            Cursor = context.Request.IsShadow ? null : PageCursor.Next(context, Signer),
            IsShadow = context.Request.IsShadow,
            CandidateCount = context.OrderedCount,
            IsColdStart = groups is null ? null : groups.RecentCount == 0,
            Asked = context.Asked.Count == 0 ? [] : [.. context.Asked],
        };
    }

    private AnswerItem Answer(RankingContext context, int index, RankingToken token, (string[] Reasons, Explanation? Explanation) explained) => new()
    {
        Id = token.Item,
        Position = token.Position,
        Score = context.Scores[index],
        Token = Signer.Sign(token),
        Reasons = explained.Reasons,
        Explanation = explained.Explanation,
    };

    private static bool IsNothingFound(RankingContext context) => context.HasQuery && context.OrderedCount == 0 && context.ShownBefore == 0;

    private static AnsweredQuery? QueryOf(RankingContext context) => context.Reading is { } reading
        ? new AnsweredQuery(reading.Text, context.IsExact, reading.Exact.Codes, reading.Exact.Phrases, reading.Rewrites,
            [.. reading.Intents.Select(intent => new AnsweredIntent([.. intent.Values.Select(value => $"{value.Slot.Name} = {value.Value}")], intent.IsHard, intent.IsRelaxed))])
        : null;

    // What crediting needs when the record is lost: the arms, and for a draft the arm that placed the item.
    private static string? ArmOf(RecordedAssignment[] assignments, int place)
    {
        if (assignments.Length == 0)
        {
            return null;
        }

        var text = string.Join(',', assignments.Where(assignment => assignment.IsExposed).Select(assignment =>
            assignment.Teams.Count > 0 ? string.Create(CultureInfo.InvariantCulture, $"{assignment.Experiment}=#{assignment.Teams[place]}") : $"{assignment.Experiment}={assignment.Arm}"));
        return text.Length is > 0 and <= LongestArm ? text : null;
    }

    // Milliseconds and a counter in 64 bits: ids order by time, and the journal is searched from the id's own time on.
    private string NextId(long nowMs)
    {
        var floor = nowMs << 20;
        long before, next;
        do
        {
            before = Volatile.Read(ref _lastId);
            next = Math.Max(before + 1, floor);
        }
        while (Interlocked.CompareExchange(ref _lastId, next, before) != before);
        return "k" + next.ToString("x16", CultureInfo.InvariantCulture);
    }

    /// <summary>When a ranking was answered, Unix milliseconds, read from its id; null for ids from elsewhere.</summary>
    public static long? TimeOf(string id) =>
        id is { Length: 17 } && id[0] == 'k' && long.TryParse(id.AsSpan(1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) ? value >> 20 : null;

    private void Journal(RankingContext context, string id, int shownBefore, RecordedAssignment[] assignments)
    {
        var record = new RankingRecord
        {
            Id = id,
            Vertical = context.Vertical.Name,
            Surface = context.Surface.Name,
            AtMs = context.NowMs,
            AsOf = context.AsOf,
            VerticalVersion = context.Vertical.Version,
            Model = context.AnsweringModel,
            User = context.Request.User,
            Session = context.Request.Session,
            Query = context.Request.Query,
            Seed = context.Seed,
            Offset = shownBefore,
            AssumedViews = context.Surface.Declaration.Views.AssumedCount,
            IsPersonalized = context.Request.Personalization,
            Degraded = context.Degraded.Count == 0 ? [] : [.. context.Degraded],
            Context = context.Request.Context,
            Origin = context.Request.IsShadow ? RankingOrigin.Shadow : RankingOrigin.Served,
            Shown = context.Request.IsShadow ? ShownByCaller(context) : Shown(context),
            Unshown = context.Request.IsShadow ? [] : Unshown(context),
            Counter = context.Request.IsShadow ? [.. context.Order.Take(context.OrderedCount).Select(index => context.GivenPlaceOf(index) - 1)] : [],
            Assignments = assignments,
            IsNothingFound = IsNothingFound(context),
            IsExact = context.IsExact,
            Similar = [.. context.Similar.Select(index => new ShownItem(context.Scope.Items[index].Id.Value, 1, context.Scores[index], context.SourcesOf(index)))],
        };
        var writer = new ByteWriter();
        record.Write(writer);
        Interlocked.Increment(ref _recordedRankings);
        Interlocked.Add(ref _recordedBytes, writer.Written.Length);
        _journal?.TryEnqueueAndForget(new PendingEntry(EntryKind.Ranking, writer.ToArray()));
    }

    private static ShownItem[] Shown(RankingContext context)
    {
        var shown = new ShownItem[context.PageCount];
        for (var place = 0; place < shown.Length; place++)
        {
            var index = context.Order[place];
            shown[place] = new ShownItem(context.Scope.Items[index].Id.Value, context.Propensities[place], context.Scores[index], context.SourcesOf(index));
        }

        return shown;
    }

    // In the caller's order, items that the catalogue does not know included: their places count.
    private static ShownItem[] ShownByCaller(RankingContext context)
    {
        ShownItem[] shown = [.. context.Request.Items.Select(item => new ShownItem(item, double.NaN, float.NaN, 0))];
        for (var index = 0; index < context.Count; index++)
        {
            var place = context.GivenPlaceOf(index) - 1;
            shown[place] = shown[place] with { Score = context.Scores[index], Sources = context.SourcesOf(index) };
        }

        return shown;
    }

    private static UnshownItem[] Unshown(RankingContext context)
    {
        var left = context.Surface.Declaration.Record.Candidates;
        var unshown = new List<UnshownItem>(Math.Min(left, context.Count));
        for (var place = context.PageCount; place < context.OrderedCount && left > 0; place++, left--)
        {
            unshown.Add(new UnshownItem(context.Scope.Items[context.Order[place]].Id.Value, string.Create(CultureInfo.InvariantCulture, $"rank:{place + 1}")));
        }

        for (var index = 0; index < context.Count && left > 0; index++)
        {
            if (context.Marks[index] is { } mark)
            {
                unshown.Add(new UnshownItem(context.Scope.Items[index].Id.Value, mark));
                left--;
            }
        }

        return [.. unshown];
    }

    // The shown items and as many of those that were not shown, drawn at random.
    private void LogFeatures(RankingContext context, string id, int shownBefore)
    {
        var random = context.Random("record");
        if (_features is null || !context.HasFeatures || !random.NextBool(context.Surface.Declaration.Record.Features))
        {
            return;
        }

        var rows = new List<int>(2 * context.PageCount);
        for (var place = 0; place < context.PageCount; place++)
        {
            rows.Add(context.Order[place]);
        }

        if (context.Request.IsShadow)
        {
            // All of it was shown, in another order.
            rows = [.. Enumerable.Range(0, context.Count)];
        }

        var others = context.OrderedCount - context.PageCount;
        for (var sample = context.Request.IsShadow ? 0 : Math.Min(others, context.PageCount); sample > 0; sample--)
        {
            var index = context.Order[context.PageCount + random.NextInt(others)];
            if (!rows.Contains(index))
            {
                rows.Add(index);
            }
        }

        var names = context.Surface.FeatureNames;
        var shadow = context.Surface.Declaration.Score.Model is { } model ? context.Snapshot.Shadows.GetValueOrDefault(model) : null;
        var recordedNames = shadow is null ? names : ShadowScores.NamesOf(names, context.Model, shadow.Id);
        var values = new float[rows.Count * recordedNames.Count];
        for (var feature = 0; feature < names.Count; feature++)
        {
            var column = context.Features.Column(feature);
            for (var row = 0; row < rows.Count; row++)
            {
                values[(feature * rows.Count) + row] = column[rows[row]];
            }
        }

        if (shadow is not null)
        {
            // The last column stays missing until the log's own thread has scored it.
            values.AsSpan(names.Count * rows.Count).Fill(float.NaN);
            for (var row = 0; row < rows.Count; row++)
            {
                values[(names.Count * rows.Count) + row] = context.Scores[rows[row]];
            }
        }

        _features.TryAdd(new FeatureBlock
        {
            Shadow = shadow,
            RankingId = id,
            AsOf = context.AsOf,
            AtMs = context.NowMs,
            FeatureNames = recordedNames,
            Items = [.. rows.Select(row => context.Scope.Items[row].Id.Value)],
            Positions = [.. rows.Select((index, row) => (short)(context.Request.IsShadow ? context.GivenPlaceOf(index) : row < context.PageCount ? shownBefore + row + 1 : 0))],
            Values = values,
        });
    }
}
