using System.Buffers.Text;
using System.Text;
using Vitrina.Cli.Importing;

namespace Vitrina.Cli.Benchmarks.Offers;

/// <summary>Shown lists with the price of each place and the place that was clicked, in time order.</summary>
/// <remarks>Rows of trivago's session files: a clickout carries `impressions` and `prices`, separated by |, and the clicked `reference`.</remarks>
internal sealed class PricedLists
{
    private static readonly string[] Needed = ["timestamp", "action_type", "reference", "city", "impressions", "prices", "user_id"];
    private readonly Dictionary<string, int> _items = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);
    private readonly List<int> _parents = [];
    private readonly List<string> _users = [];

    /// <summary>First row of each list and the row count at the end.</summary>
    public List<int> Starts { get; } = [0];

    /// <summary>The item of each row.</summary>
    public List<int> Items { get; } = [];

    /// <summary>The price of each row.</summary>
    public List<double> Prices { get; } = [];

    /// <summary>The clicked place of each list, from 0.</summary>
    public List<int> Clicked { get; } = [];

    /// <summary>Seconds of each list.</summary>
    public List<long> Times { get; } = [];

    /// <summary>Whether each list is the first one of its user.</summary>
    public List<bool> IsFirst { get; } = [];

    /// <summary>Where each item is: the number of its city, in which prices are compared.</summary>
    public List<int> CityOf { get; } = [];

    /// <summary>The parent of each place: a city's country, −1 for a country.</summary>
    public IReadOnlyList<int> Parents => _parents;

    /// <summary>Lists.</summary>
    public int Count => Clicked.Count;

    /// <summary>Items.</summary>
    public int ItemCount => _items.Count;

    /// <summary>Clickouts that were left out: without the clicked item in the list, of one place, or with a price that is none.</summary>
    public int SkippedCount { get; private set; }

    /// <summary>Reads `sessions.csv.gz` or `sessions.csv` of a folder.</summary>
    /// <exception cref="UsageException">There is no such file, a column is missing, or a row cannot be read.</exception>
    public static PricedLists Load(string folder)
    {
        var path = new[] { "sessions.csv.gz", "sessions.csv" }.Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists)
            ?? throw new UsageException($"there is no file sessions.csv.gz in '{folder}'");
        var lists = new PricedLists();
        using var file = InputFile.Open(path);
        try
        {
            lists.Read(new DelimitedRows(file.Content, (byte)','), path);
        }
        catch (InvalidDataException exception)
        {
            throw new UsageException($"{path}: {exception.Message}");
        }

        return lists.Count > 0 ? lists.InTimeOrder() : throw new UsageException($"{path} holds no clickout with a list");
    }

    private void Read(DelimitedRows rows, string path)
    {
        foreach (var name in Needed)
        {
            if (rows.Find(name) < 0)
            {
                throw new UsageException($"{path} has no column '{name}'; it needs {string.Join(", ", Needed)}");
            }
        }

        int[] columns = [.. Needed.Select(rows.Find)];
        while (rows.Read(out var error))
        {
            if (error is { } wrong)
            {
                throw new UsageException($"{path}:{rows.Line}: {wrong}");
            }

            if (rows[columns[1]].SequenceEqual("clickout item"u8) && rows[columns[4]].Length > 0)
            {
                if (!Utf8Parser.TryParse(rows[columns[0]], out long time, out _))
                {
                    throw new UsageException($"{path}:{rows.Line}: timestamp is '{Encoding.UTF8.GetString(rows[columns[0]])}'; it must be Unix seconds");
                }

                Add(time, Encoding.UTF8.GetString(rows[columns[2]]), Encoding.UTF8.GetString(rows[columns[3]]), Encoding.UTF8.GetString(rows[columns[6]]), Split(rows[columns[4]]), Split(rows[columns[5]]));
            }
        }
    }

    private static string[] Split(ReadOnlySpan<byte> field) => Encoding.UTF8.GetString(field).Split('|');

    private void Add(long time, string clicked, string city, string user, string[] items, string[] prices)
    {
        var place = Array.IndexOf(items, clicked);
        var values = new double[items.Length];
        var isUsable = place >= 0 && items.Length > 1 && prices.Length == items.Length;
        for (var i = 0; isUsable && i < items.Length; i++)
        {
            isUsable = double.TryParse(prices[i], System.Globalization.CultureInfo.InvariantCulture, out values[i]) && values[i] > 0 && double.IsFinite(values[i]);
        }

        if (!isUsable)
        {
            SkippedCount++;
            return;
        }

        for (var i = 0; i < items.Length; i++)
        {
            if (!_items.TryGetValue(items[i], out var item))
            {
                _items[items[i]] = item = _items.Count;
                CityOf.Add(PlaceOf(city));
            }

            Items.Add(item);
            Prices.Add(values[i]);
        }

        Starts.Add(Items.Count);
        Clicked.Add(place);
        Times.Add(time);
        _users.Add(user);
    }

    private int PlaceOf(string name)
    {
        if (_places.TryGetValue(name, out var known))
        {
            return known;
        }

        var comma = name.LastIndexOf(',');
        var parent = comma < 0 ? -1 : PlaceOf(name[(comma + 1)..].Trim());
        _parents.Add(parent);
        return _places[name] = _parents.Count - 1;
    }

    private PricedLists InTimeOrder()
    {
        var sorted = new PricedLists { SkippedCount = SkippedCount };
        foreach (var pair in _items)
        {
            sorted._items[pair.Key] = pair.Value;
        }

        sorted._parents.AddRange(_parents);
        sorted.CityOf.AddRange(CityOf);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var list in Enumerable.Range(0, Count).OrderBy(list => Times[list]))
        {
            sorted.Items.AddRange(Items[Starts[list]..Starts[list + 1]]);
            sorted.Prices.AddRange(Prices[Starts[list]..Starts[list + 1]]);
            sorted.Starts.Add(sorted.Items.Count);
            sorted.Clicked.Add(Clicked[list]);
            sorted.Times.Add(Times[list]);
            sorted.IsFirst.Add(seen.Add(_users[list]));
        }

        return sorted;
    }
}
