using Vitrina.Kernels.Collections;

namespace Vitrina.Engine.Statistics.Offers;

/// <summary>Whose evidence a condition is.</summary>
/// <param name="Type">The type; -1 = none's.</param>
/// <param name="Group">The match group; -1 = none's.</param>
/// <param name="State">The number of its raw state.</param>
internal readonly record struct AnalogPlace(int Type, int Group, int State)
{
    /// <summary>Whose evidence a condition is.</summary>
    /// <param name="of">The condition.</param>
    /// <param name="traits">Says whether match groups are found: then all that was counted of an item is its present group's.</param>
    /// <param name="found">Match groups that were found, by item: the group + 1.</param>
    /// <param name="state">The number of its raw state.</param>
    public static AnalogPlace Of(in OfferCondition of, OfferTraits traits, in PagedView<int> found, int state) =>
        new(of.Type, !traits.FindsGroups ? of.Group : of.Item < found.Count ? found[of.Item] - 1 : -1, state);
}

/// <summary>Counts by type and state and by match group and state: what analogs are asked for.</summary>
/// <remarks>One writer. A function of the counts by condition, the thresholds and the match groups: recounted whenever one of these changes as a whole (<see cref="OfferRecount"/>).</remarks>
internal sealed class AnalogCells
{
    // The rows of a type and of a match group in a state; -1 = none.
    private readonly record struct Rows(int Type, int OfType, int Group, int OfGroup)
    {
        public static Rows Unknown { get; } = new(-1, int.MinValue, -1, -1);

        public bool IsKnown => OfType != int.MinValue;
    }

    private Rows[] _rows = [];

    /// <summary>Makes empty cells.</summary>
    /// <param name="shape">Metrics and windows.</param>
    /// <param name="placeOf">Says whose evidence a condition is; asked once, until <see cref="Forget"/>.</param>
    public AnalogCells(CounterShape shape, Func<int, AnalogPlace> placeOf)
    {
        PlaceOf = placeOf;
        (Types, Groups) = (new StateCells(shape, isDense: true), new StateCells(shape, isDense: false));
    }

    /// <summary>Says whose evidence a condition is. Cells that were counted beside the work ask the living state once they are taken over.</summary>
    public Func<int, AnalogPlace> PlaceOf { private get; set; }

    /// <summary>Counts by type and state.</summary>
    public StateCells Types { get; }

    /// <summary>Counts by match group and state.</summary>
    public StateCells Groups { get; }

    /// <summary>Bytes held.</summary>
    public long Bytes => Types.Bytes + Groups.Bytes;

    /// <summary>Counts one event of a condition in the windows that its age still lies in.</summary>
    public void Count(int condition, int metric, int ageDays)
    {
        var rows = RowsOf(condition);
        if (rows.OfType >= 0)
        {
            Types.Count(rows.OfType, rows.Type, metric, ageDays);
        }

        if (rows.OfGroup >= 0)
        {
            Groups.Count(rows.OfGroup, rows.Group, metric, ageDays);
        }
    }

    /// <summary>Adds to one cell of a condition.</summary>
    public void Add(int condition, int window, int metric, int change)
    {
        var rows = RowsOf(condition);
        if (rows.OfType >= 0)
        {
            Types.Add(rows.OfType, rows.Type, window, metric, change);
        }

        if (rows.OfGroup >= 0)
        {
            Groups.Add(rows.OfGroup, rows.Group, window, metric, change);
        }
    }

    /// <summary>Adds all that a condition counted, or takes it back.</summary>
    /// <param name="condition">The condition.</param>
    /// <param name="counts">The counters by offer.</param>
    /// <param name="row">The condition's row there; -1 = it counted nothing.</param>
    /// <param name="sign">1 or -1.</param>
    public void AddAll(int condition, in CounterView counts, int row, int sign)
    {
        var sums = row < 0 ? [] : counts.SumsOf(row);
        if (sums.IndexOfAnyExcept(0) < 0)
        {
            return;
        }

        var rows = RowsOf(condition);
        if (rows.OfType >= 0)
        {
            Types.AddAll(rows.OfType, rows.Type, sums, sign);
        }

        if (rows.OfGroup >= 0)
        {
            Groups.AddAll(rows.OfGroup, rows.Group, sums, sign);
        }
    }

    /// <summary>Notes that a condition is somebody else's evidence from now on.</summary>
    public void Forget(int condition)
    {
        if (condition < _rows.Length)
        {
            _rows[condition] = Rows.Unknown;
        }
    }

    /// <summary>In how many cells these and others differ.</summary>
    public int DifferencesTo(in StateCellsView types, in StateCellsView groups) => Types.DifferencesTo(types) + Groups.DifferencesTo(groups);

    // Looked up once a condition: an event then reads one line instead of thresholds and two tables of keys.
    private Rows RowsOf(int condition)
    {
        if (condition >= _rows.Length)
        {
            var known = _rows.Length;
            Array.Resize(ref _rows, Math.Max(64, condition * 2));
            Array.Fill(_rows, Rows.Unknown, known, _rows.Length - known);
        }

        return _rows[condition] is { IsKnown: true } rows ? rows : _rows[condition] = Find(PlaceOf(condition));
    }

    private Rows Find(AnalogPlace at) => new(at.Type, at.Type < 0 ? -1 : Types.RowOf(at.Type, at.State), at.Group, at.Group < 0 ? -1 : Groups.RowOf(at.Group, at.State));
}
