using Vitrina.Engine.Catalog;
using Vitrina.Engine.Verticals;
using Vitrina.Kernels.Collections;

namespace Vitrina.Engine.Indexing.Values;

/// <summary>The attributes of a vertical's items as columns by item ordinal, so that conditions are answered for 64 items at a time. One writer; readers use the frozen views.</summary>
/// <remarks>A change costs a cell in each column; what is not of the vertical, hidden or deleted is not shown, and its cells mean nothing.</remarks>
internal sealed class ItemColumns
{
    // 512 cells: four kilobytes are copied at most for a change after a publication.
    private const int PageLog2 = 9;
    private readonly PagedArray<ulong> _shown = new(6);
    private readonly PagedArray<int>[] _keywords;
    private readonly PagedArray<int[]>[] _lists;
    private readonly PagedArray<double>[] _numbers;
    private readonly PagedArray<int> _sellers = new(PageLog2);
    private readonly PagedArray<int> _stocks = new(PageLog2);
    private readonly PagedArray<long> _expiries = new(PageLog2);
    private readonly PagedArray<long> _published = new(PageLog2);
    private ItemColumnsView? _last;

    /// <summary>Columns without an item.</summary>
    public ItemColumns(ItemSchema schema)
    {
        _keywords = [.. Enumerable.Range(0, schema.KeywordCount).Select(_ => new PagedArray<int>(PageLog2))];
        _lists = [.. Enumerable.Range(0, schema.KeywordListCount).Select(_ => new PagedArray<int[]>(PageLog2))];
        _numbers = [.. Enumerable.Range(0, schema.NumberCount).Select(_ => new PagedArray<double>(PageLog2))];
    }

    /// <summary>Takes over an item's new state.</summary>
    public void Apply(Item item)
    {
        var ordinal = item.Ordinal;
        _last = null;
        Show(ordinal, item is { IsActive: true, IsDeleted: false });
        for (var slot = 0; slot < _keywords.Length; slot++)
        {
            Set(_keywords[slot], ordinal, item.Keywords[slot]);
        }

        for (var slot = 0; slot < _lists.Length; slot++)
        {
            Set(_lists[slot], ordinal, item.KeywordLists[slot]);
        }

        for (var slot = 0; slot < _numbers.Length; slot++)
        {
            Set(_numbers[slot], ordinal, item.Numbers[slot]);
        }

        Set(_sellers, ordinal, item.SellerOrdinal);
        Set(_stocks, ordinal, item.Stock);
        Set(_expiries, ordinal, item.ExpiresAtMs);
        Set(_published, ordinal, item.PublishedAtMs);
    }

    /// <summary>Lets go of an item that is of another vertical now.</summary>
    public void Remove(int ordinal)
    {
        _last = null;
        Show(ordinal, false);
    }

    private void Show(int ordinal, bool isShown)
    {
        _shown.EnsureCount((ordinal >> 6) + 1);
        var bit = 1ul << ordinal;
        if (((_shown[ordinal >> 6] & bit) != 0) != isShown)
        {
            _shown.Edit(ordinal >> 6) ^= bit;
        }
    }

    // A cell that stays as it is copies no page.
    private static void Set<T>(PagedArray<T> column, int ordinal, T value)
    {
        column.EnsureCount(ordinal + 1);
        if (!EqualityComparer<T>.Default.Equals(column[ordinal], value))
        {
            column.Edit(ordinal) = value;
        }
    }

    /// <summary>The content of this moment, for any number of readers; the same object as before when nothing changed.</summary>
    public ItemColumnsView Freeze() => _last ??= new ItemColumnsView(
        _shown.Freeze(), Array.ConvertAll(_keywords, column => column.Freeze()), Array.ConvertAll(_lists, column => column.Freeze()), Array.ConvertAll(_numbers, column => column.Freeze()),
        _sellers.Freeze(), _stocks.Freeze(), _expiries.Freeze(), _published.Freeze());
}

/// <summary>An immutable state of <see cref="ItemColumns"/>. Safe for concurrent use.</summary>
internal sealed class ItemColumnsView(
    PagedView<ulong> shown, PagedView<int>[] keywords, PagedView<int[]>[] lists, PagedView<double>[] numbers, PagedView<int> sellers, PagedView<int> stocks, PagedView<long> expiries, PagedView<long> published)
{
    /// <summary>Items that a set over the columns has room for: a whole number of words.</summary>
    public int Length => shown.Count << 6;

    /// <summary>The items of a word that are of the vertical, active and not deleted; a bit each.</summary>
    public ulong ShownIn(int word) => shown[word];

    /// <summary>Whether an item is of the vertical, active and not deleted.</summary>
    public bool IsShown(int ordinal) => ordinal >> 6 < shown.Count && (shown[ordinal >> 6] & (1ul << ordinal)) != 0;

    /// <summary>A keyword's ordinal; -1 = missing.</summary>
    public int Keyword(int slot, int ordinal) => keywords[slot][ordinal];

    /// <summary>The ordinals of a multiple keyword.</summary>
    public int[] List(int slot, int ordinal) => lists[slot][ordinal];

    /// <summary>A number; NaN = missing.</summary>
    public double Number(int slot, int ordinal) => numbers[slot][ordinal];

    /// <summary>The seller's ordinal; -1 = none.</summary>
    public int Seller(int ordinal) => sellers[ordinal];

    /// <summary>When an item was first offered, Unix milliseconds.</summary>
    public long PublishedAtMs(int ordinal) => published[ordinal];

    /// <summary>Whether a shown item can be had, as the snapshot has it.</summary>
    public AvailabilityState AvailabilityOf(string vertical, int ordinal) => new(vertical, expiries[ordinal], stocks[ordinal], true, false);

    /// <summary>The items of a word whose keyword is one of some ordinals.</summary>
    /// <param name="slot">The keyword's slot.</param>
    /// <param name="word">The word: the items from 64 x word on.</param>
    /// <param name="ordinals">The keywords that are wanted.</param>
    public ulong WithKeyword(int slot, int word, ReadOnlySpan<int> ordinals) => ColumnMasks.OneOf(CellsOf(keywords[slot], word), ordinals);

    /// <summary>The items of a word whose number lies in a range, ends included.</summary>
    public ulong WithNumber(int slot, int word, double min, double max) => ColumnMasks.Within(CellsOf(numbers[slot], word), min, max);

    // A page holds whole words; the last one may be cut.
    private static ReadOnlySpan<T> CellsOf<T>(PagedView<T> column, int word)
    {
        var cells = column.RunFrom(word << 6);
        return cells[..Math.Min(64, cells.Length)];
    }
}
