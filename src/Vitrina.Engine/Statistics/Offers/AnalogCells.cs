namespace Vitrina.Engine.Statistics.Offers;

/// <summary>Whose evidence a condition is.</summary>
/// <param name="Type">The type; -1 = none's.</param>
/// <param name="Group">The match group; -1 = none's.</param>
/// <param name="State">The number of its raw state.</param>
internal readonly record struct AnalogPlace(int Type, int Group, int State);

/// <summary>Counts by type and state and by match group and state: what analogs are asked for.</summary>
/// <remarks>One writer. A function of the counts by condition, the thresholds and the match groups: recounted whenever one of these changes as a whole.</remarks>
internal sealed class AnalogCells
{
    private readonly record struct Rows(int Type, int Group)
    {
        public static Rows Unknown { get; } = new(int.MinValue, int.MinValue);

        public bool IsKnown => Type != int.MinValue;
    }

    private readonly CounterShape _shape;
    private readonly Func<int, AnalogPlace> _placeOf;
    private Rows[] _rows = [];

    /// <summary>Makes empty cells.</summary>
    /// <param name="shape">Metrics and windows.</param>
    /// <param name="placeOf">Says whose evidence a condition is; asked once, until <see cref="Forget"/>.</param>
    public AnalogCells(CounterShape shape, Func<int, AnalogPlace> placeOf)
    {
        (_shape, _placeOf) = (shape, placeOf);
        (Types, Groups) = (new StateCells(shape, isDense: true), new StateCells(shape, isDense: false));
    }

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
        if (rows.Type >= 0)
        {
            Types.Count(rows.Type, metric, ageDays);
        }

        if (rows.Group >= 0)
        {
            Groups.Count(rows.Group, metric, ageDays);
        }
    }

    /// <summary>Adds to one cell of a condition.</summary>
    public void Add(int condition, int window, int metric, int change)
    {
        var rows = RowsOf(condition);
        if (rows.Type >= 0)
        {
            Types.Add(rows.Type, window, metric, change);
        }

        if (rows.Group >= 0)
        {
            Groups.Add(rows.Group, window, metric, change);
        }
    }

    /// <summary>Adds all that a condition counted, or takes it back.</summary>
    /// <param name="condition">The condition.</param>
    /// <param name="counts">The counters by offer.</param>
    /// <param name="row">The condition's row there; -1 = it counted nothing.</param>
    /// <param name="sign">1 or -1.</param>
    public void AddAll(int condition, in CounterView counts, int row, int sign)
    {
        for (var window = 0; row >= 0 && window < _shape.WindowDays.Count; window++)
        {
            for (var metric = 0; metric < _shape.Metrics; metric++)
            {
                if (counts.Count(row, window, metric) is not 0 and var count)
                {
                    Add(condition, window, metric, sign * count);
                }
            }
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

    /// <summary>In how many cells two differ.</summary>
    public int DifferencesTo(AnalogCells other) => Types.DifferencesTo(other.Types) + Groups.DifferencesTo(other.Groups);

    // Looked up once a condition: an event then reads one line instead of thresholds and two tables of keys.
    private Rows RowsOf(int condition)
    {
        if (condition >= _rows.Length)
        {
            var known = _rows.Length;
            Array.Resize(ref _rows, Math.Max(64, condition * 2));
            Array.Fill(_rows, Rows.Unknown, known, _rows.Length - known);
        }

        return _rows[condition] is { IsKnown: true } rows ? rows : _rows[condition] = Find(_placeOf(condition));
    }

    private Rows Find(AnalogPlace at) => new(at.Type < 0 ? -1 : Types.RowOf(at.Type, at.State), at.Group < 0 ? -1 : Groups.RowOf(at.Group, at.State));
}
