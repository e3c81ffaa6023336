namespace Vitrina.Simulation.Services;

/// <summary>Adds a city's life up and passes it on.</summary>
internal sealed class OutcomeCounter(ServicesOutcome outcome, int firstMarket, ServicesListener? listener) : CityListener
{
    private readonly int[] _ordersByCreation = outcome.OrderCells(Attribution.Creation);
    private readonly int[] _ordersByClose = outcome.OrderCells(Attribution.Close);
    private readonly int[] _viewsByCreation = outcome.ViewCells(Attribution.Creation);
    private readonly int[] _viewsByTime = outcome.ViewCells(Attribution.Response);
    private readonly int[] _viewsByClose = outcome.ViewCells(Attribution.Close);
    private readonly int[] _responsesByCreation = outcome.ResponseCells(Attribution.Creation);
    private readonly int[] _responsesByTime = outcome.ResponseCells(Attribution.Response);
    private readonly int[] _responsesByClose = outcome.ResponseCells(Attribution.Close);
    private readonly int[] _dealsByCreation = outcome.DealCells(Attribution.Creation);
    private readonly int[] _dealsByTime = outcome.DealCells(Attribution.Response);
    private readonly int[] _dealsByClose = outcome.DealCells(Attribution.Close);

    public override void OrderCreated(OpenOrders open, int order)
    {
        _ordersByCreation[Cell(open, order, open.CreatedAt[order])]++;
        listener?.OrderCreated(firstMarket + open.Market[order], open.Key[order], open.CreatedAt[order]);
    }

    public override void SessionStarted(in CitySession session) => outcome.SessionsByArm[(int)session.Arm][session.Specialist]++;

    public override void Viewed(OpenOrders open, int order, in CitySession session, int position)
    {
        open.ViewCount[order]++;
        _viewsByCreation[Cell(open, order, open.CreatedAt[order])]++;
        _viewsByTime[Cell(open, order, session.At)]++;
        outcome.ViewsByArm[(int)session.Arm][session.Specialist]++;
        listener?.Viewed(Touch(open, order, session, position));
    }

    public override void Responded(OpenOrders open, int order, in CitySession session, int position)
    {
        _responsesByCreation[Cell(open, order, open.CreatedAt[order])]++;
        _responsesByTime[Cell(open, order, session.At)]++;
        outcome.ResponsesByArm[(int)session.Arm][session.Specialist]++;
        listener?.Responded(Touch(open, order, session, position));
    }

    public override void OrderClosed(OpenOrders open, int order, long at, int winner)
    {
        var cell = Cell(open, order, at);
        _ordersByClose[cell]++;
        _viewsByClose[cell] += open.ViewCount[order];
        _responsesByClose[cell] += open.ResponseCount[order];
        var (specialist, arm, respondedAt) = (-1, Arm.A, 0L);
        if (winner >= 0)
        {
            ref var response = ref open.Response(order, winner);
            (specialist, arm, respondedAt) = (response.Specialist, response.Arm, response.At);
            _dealsByCreation[Cell(open, order, open.CreatedAt[order])]++;
            _dealsByTime[Cell(open, order, respondedAt)]++;
            _dealsByClose[cell]++;
            outcome.DealsByArm[(int)arm][specialist]++;
        }

        listener?.OrderClosed(new ServicesEnd(
            firstMarket + open.Market[order], open.Key[order], open.CreatedAt[order], at, open.ResponseCount[order], open.IsFull(order), specialist, arm, respondedAt));
    }

    private int Cell(OpenOrders open, int order, long at) => (firstMarket + open.Market[order]) * outcome.HourCount + (int)(at / CityRun.HourMs);

    private ServicesTouch Touch(OpenOrders open, int order, in CitySession session, int position) =>
        new(firstMarket + open.Market[order], open.Key[order], open.CreatedAt[order], session.Specialist, session.Arm, session.At, position);
}
