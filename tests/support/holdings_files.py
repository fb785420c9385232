"""Files of holdings in the shapes of brokers; all names and numbers are made up."""

from __future__ import annotations

from pathlib import Path

from backtests.runner.holdings.reading import held_lines, read_statement
from backtests.runner.holdings.statement import HeldLines
from newsfolio.assets import Asset
from newsfolio.listings import asset_of

LINES = ("AAPL", "BRK-B", "0700.HK", "600519.SS", "000001.SZ")

ACTIVITY = """\ufeffStatement,Header,Field Name,Field Value
Statement,Data,BrokerName,Interactive Brokers
Statement,Data,Period,"March 1, 2026 - March 27, 2026"
Account Information,Header,Field Name,Field Value
Account Information,Data,Base Currency,EUR
Cash Report,Header,Currency Summary,Currency,Total,Securities,Futures,
Cash Report,Data,Starting Cash,USD,1,1,0,
Cash Report,Data,Ending Cash,Base Currency Summary,2100.25,2100.25,0,
Cash Report,Data,Ending Cash,HKD,7800,7800,0,
Cash Report,Data,Ending Cash,USD,1400.25,1400.25,0,
Cash Report,Data,Ending Settled Cash,USD,900,900,0,
Open Positions,Header,DataDiscriminator,Asset Category,Currency,Symbol,Quantity,Mult,Cost Price,\
Cost Basis,Close Price,Value,Unrealized P/L,Code
Open Positions,Data,Summary,Stocks,HKD,700,400,1,390,156000,505,202000,46000,
Open Positions,Data,Lot,Stocks,HKD,700,400,1,390,156000,505,202000,46000,
Open Positions,Total,,Stocks,HKD,,,,,156000,,202000,46000,
Open Positions,Data,Summary,Stocks,USD,AAPL,-30,1,180,-5400,210,-6300,-900,
Open Positions,Data,Summary,Stocks,USD,BRK B,5,1,400,2000,480,2400,400,
Open Positions,Data,Summary,Stocks,USD,QQX,12.5,1,10,125,11,137.5,12.5,
Open Positions,Data,Summary,Equity and Index Options,USD,AAPL 19JUN26 200 C,3,100,4,1200,5,1500,300,
Open Positions,Header,DataDiscriminator,Asset Category,Currency,Symbol,Open,Quantity,Mult,Value,Code
Open Positions,Data,Summary,Stocks,CNH,600519,-,100,1,150000,
Trades,Header,DataDiscriminator,Asset Category,Currency,Symbol,Date/Time,Quantity,T. Price
Trades,Data,Order,Stocks,USD,AAPL,"2026-03-02, 10:00:00","1,200",210
Financial Instrument Information,Header,Asset Category,Symbol,Description,Conid,Security ID,\
Underlying,Listing Exch,Multiplier,Type,Code
Financial Instrument Information,Data,Stocks,700,A HOLDING,1,KYG000000000,700,SEHK,1,COMMON,
Financial Instrument Information,Data,Stocks,"AAPL, AAPL.OLD",FRUIT INC,2,US0000000000,AAPL,\
NASDAQ,1,COMMON,
"""

FLEX = """<FlexQueryResponse queryName="held" type="AF"><FlexStatements count="2">
<FlexStatement accountId="U1" fromDate="20260302" toDate="20260327">
<OpenPositions>
<OpenPosition assetCategory="STK" currency="USD" symbol="AAPL" position="60" positionValue="12600"
 listingExchange="NASDAQ" levelOfDetail="SUMMARY"/>
<OpenPosition assetCategory="STK" currency="USD" symbol="AAPL" position="40" positionValue="8400"
 listingExchange="NASDAQ" levelOfDetail="LOT"/>
<OpenPosition assetCategory="STK" currency="USD" symbol="AAPL" position="20" positionValue="4200"
 listingExchange="NASDAQ" levelOfDetail="LOT"/>
<OpenPosition assetCategory="STK" currency="HKD" symbol="700" position="100" positionValue="50500"
 listingExchange="SEHK" levelOfDetail="SUMMARY"/>
<OpenPosition assetCategory="OPT" currency="USD" symbol="AAPL  260619C00200000" position="-1"
 positionValue="-500" levelOfDetail="SUMMARY"/>
</OpenPositions>
<CashReport>
<CashReportCurrency currency="BASE_SUMMARY" endingCash="999"/>
<CashReportCurrency currency="USD" endingCash="300.5"/>
</CashReport></FlexStatement>
<FlexStatement accountId="U1" fromDate="20260302" toDate="20260326">
<OpenPositions><OpenPosition assetCategory="STK" currency="USD" symbol="AAPL" position="7"/>
</OpenPositions></FlexStatement>
<FlexStatement accountId="U2" fromDate="20260302" toDate="20260327">
<AccountInformation accountId="U2" currency="EUR"/>
<OpenPositions><OpenPosition assetCategory="STK" currency="USD" symbol="AAPL" position="5"/>
</OpenPositions>
<CashReport><CashReportCurrency currency="BASE_SUMMARY" endingCash="20"/></CashReport>
</FlexStatement></FlexStatements></FlexQueryResponse>
"""

SCHWAB_HEADER = (
    '"Symbol","Description","Qty (Quantity)","Price","Price Chng $ (Price Change $)",'
    '"Price Chng % (Price Change %)","Mkt Val (Market Value)","Day Chng $ (Day Change $)",'
    '"Day Chng % (Day Change %)","Cost Basis","Gain $ (Gain/Loss $)","Gain % (Gain/Loss %)",'
    '"Ratings","Reinvest?","Reinvest Capital Gains?","% of Acct (% of Account)","Security Type"'
)


def schwab_row(symbol: str, quantity: str, value: str, kind: str) -> str:
    cells = [symbol, "A NAME", quantity, "$1.00", "$0.01", "0.02%", value, *["--"] * 9, kind]
    return ",".join(f'"{cell}"' for cell in cells)


SCHWAB = "\n".join([
    '"Positions for account Individual ...321 as of 04:31 PM ET, 2026/03/27",' + '"",' * 15 + '""',
    ",".join(['""'] * 17),
    SCHWAB_HEADER,
    schwab_row("AAPL", "1,250", "$262,500.00", "Equity"),
    schwab_row("BRK/B", "4", "$1,920.00", "Equity"),
    schwab_row("SWXXX", "30.5", "$305.00", "Mutual Fund"),
    schwab_row("AAPL 06/19/2026 200.00 C", "2", "-$1,000.00", "Option"),
    schwab_row("Futures Cash", "--", "$12.00", "--"),
    schwab_row("Cash & Cash Investments", "--", "$6,100.40", "Cash and Money Market"),
    schwab_row("Positions Total", "", "$269,837.40", "--"),
]) + "\n"  # fmt: skip

FIDELITY = """\ufeffAccount Number,Account Name,Symbol,Description,Quantity,Last Price,\
Last Price Change,Current Value,Today's Gain/Loss Dollar,Today's Gain/Loss Percent,\
Total Gain/Loss Dollar,Total Gain/Loss Percent,Percent Of Account,Cost Basis Total,\
Average Cost Basis,Type\r
Z1,Individual,SPAXX**,HELD IN MONEY MARKET,,,,$1800.00,,,,,20%,,,Cash,\r
Z1,Individual,AAPL,FRUIT INC,10,$210.00,+$0.01,$2100.00,+$0.10,+0.02%,+$1,+1%,20%,$2,$3,Cash,\r
Z1,Individual,AAPL,FRUIT INC,2.5,$210.00,+$0.01,$525.00,+$0.10,+0.02%,+$1,+1%,5%,$2,$3,Margin,\r
Z1,Individual, -AAPL260619C200,AAPL JUN 19 2026 $200 CALL,-1,$5,$0,-$500.00,$0,0%,$0,0%,5%,$4,$4,\
Margin,\r
Z2,ROTH IRA,FDRXX**,HELD IN MONEY MARKET,,,,"$1,000.25",,,,,20%,,,Cash,\r
Z2,ROTH IRA,BRKB,A COMPANY CLASS B,0.075,$480.00,-$1.30,$36.00,--,--,n/a,n/a,1%,$31.86,$455,Cash,\r
Z2,ROTH IRA,Pending activity,,,,,-$75.50,,,,,,,,,\r
\r
"The data and information in this spreadsheet is provided to you solely for your use."\r
\r
"Date downloaded Mar-27-2026 4:31 p.m ET"\r
"""

YAHOO = """Symbol,Current Price,Date,Time,Change,Open,High,Low,Volume,Trade Date,Purchase Price,\
Quantity,Commission,High Limit,Low Limit,Comment,Transaction Type
AAPL,210,2026/03/27,16:00 EDT,0.01,209,211,208,1000,20250303,150,90.0,0.0,,,,BUY
AAPL,210,2026/03/27,16:00 EDT,0.01,209,211,208,1000,20250401,160,30.0,0.0,,,,SELL
AAPL,210,2026/03/27,16:00 EDT,0.01,209,211,208,1000,20250501,170,5.0,0.0,,,,Buy
0700.HK,505,2026/03/27,16:08 HKT,2.1,500,507,499,1000,20250610,410.2,200.0,,,,,BUY
WATCH,7,2026/03/27,16:00 EDT,0.1,7,7,7,10,,,,,,,,
$$CASH_TX,,2026/03/27,,,,,,,20250101,,5000,,,,,DEPOSIT
$$CASH_TX,,2026/03/27,,,,,,,20250201,,1500.5,,,,,WITHDRAWAL
"""

DEGIRO = """Produkt,Symbol/ISIN,Anzahl,Schlußkurs,Wert,,Wert in EUR
CASH & CASH FUND & FTX CASH (EUR),,,,EUR,"820,30","820,30"
CASH & CASH FUND & FTX CASH (USD),,,,USD,"-15,00","-13,90"
APPLE INC,US0378331005,"1.100","210,00",USD,"231000,00","213888,89"
A HOLDING,700 | KYG000000007,300,"505,00",HKD,"151500,00","17900,00"
"""

FUTU_APP = """\ufeff代码,名称,持有数量,可用数量,现价,摊薄成本价,市值,未实现盈亏,盈亏比例,币种
00700,某控股,"1,200",1200,505.000,410.200,606000.00,+1.00,+22.48%,HKD
AAPL,水果,15,15,210.000,38.150,3150.00,+260.40,+5.69%,USD
AAPL260619C200000,水果 260619 200.00C,1,1,5.000,4.000,500.00,+1,+1%,USD
合计,,,,,,609150.00,,,
"""

FUTU_API = """code,stock_name,qty,can_sell_qty,cost_price,cost_price_valid,market_val,\
nominal_price,pl_ratio,pl_ratio_valid,pl_val,pl_val_valid,position_side,currency
HK.00700,A HOLDING,400.0,400.0,410.2,True,202000.0,505.0,22.48,True,1.0,True,LONG,HKD
US.AAPL,Fruit,20.0,20.0,38.15,True,4200.0,210.0,5.69,True,2.4,True,SHORT,USD
"""

MAINLAND = (
    "人民币: 余额:20000.00  可用:18500.50  参考市值:190000.00  资产:208500.50\n"
    "\n"
    "证券代码\t证券名称\t参考持股\t可用股份\t成本价\t参考市值\t交易市场\n"
    '="600519"\t某酒\t100\t100\t1400.000\t150000.00\t上海Ａ股\n'
    '="000001"\t某银行\t3,000\t3000\t11.200\t33000.00\t深圳Ａ股\n'
    '="00700"\t某控股\t200\t200\t400.000\t93000.00\t沪港通\n'
    "合计\t\t\t\t\t276000.00\t\n"
)


def held_in(
    folder: Path, content: str | bytes, name: str = "held.csv", lines: tuple[str, ...] = LINES
) -> HeldLines:
    """What a file of this content holds, in lines of a strategy."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    assets: list[Asset] = [asset_of(line) for line in lines]
    return held_lines(path, read_statement(path), assets)
